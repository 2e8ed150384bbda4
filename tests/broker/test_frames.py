import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker import frames
from broker.codec import MAX_PAYLOAD
from broker.frames import MAX_FRAME, MAX_TOPIC, Carried, Frame, Greeting, Receiver, Refused, Speaker, framed
from broker.names import UnitName

MARK = st.binary(min_size=4, max_size=4)
UNIT = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True).map(UnitName)
SPEAKER = st.sampled_from(Speaker)
# Zeros and long runs are what stuffing is about.
BYTES = st.one_of(st.binary(max_size=600), st.integers(0, 1200).map(lambda n: b"\x07" * n), st.just(b"\0" * 300))
FRAME: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Greeting, SPEAKER, MARK, UNIT, MARK),
    st.builds(Carried, SPEAKER, MARK, st.text(max_size=40), BYTES),
)
NOISE = st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda b: b.replace(b"\0", b"\1")))


def received(pieces: list[bytes]) -> list[Frame | Refused]:
    receiver = Receiver()
    return [frame for piece in pieces for frame in receiver.receive(piece)]


def cut(line: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(line[:size])
        line = line[size:]
    return [*pieces, line]


@pytest.mark.parametrize(
    ("plain", "stuffed"),
    [
        # As in Cheshire and Baker's examples, without the zero that ends a frame.
        ("00", "0101"),
        ("0000", "010101"),
        ("11220033", "0311220233"),
        ("11223344", "0511223344"),
        ("11000000", "0211010101"),
        ("", "01"),
    ],
)
def test_stuffing_is_cobs(plain: str, stuffed: str) -> None:
    assert frames.stuffed(bytes.fromhex(plain)).hex() == stuffed
    assert frames.unstuffed(bytes.fromhex(stuffed)) == bytes.fromhex(plain)


@given(BYTES)
def test_stuffing_takes_every_zero_out_and_costs_one_byte_in_254(plain: bytes) -> None:
    line = frames.stuffed(plain)
    assert b"\0" not in line
    assert len(line) <= len(plain) + len(plain) // 254 + 1
    assert frames.unstuffed(line) == plain


@given(st.lists(FRAME, max_size=5), st.lists(st.integers(0, 90), max_size=60))
def test_frames_come_out_as_they_went_in_however_the_line_cuts_them(sent: list[Frame], sizes: list[int]) -> None:
    assert received(cut(b"".join(framed(frame) for frame in sent), sizes)) == sent


@given(st.lists(st.tuples(NOISE, FRAME), max_size=5), NOISE)
def test_every_whole_frame_is_recovered_from_between_noise(sent: list[tuple[bytes, Frame]], end: bytes) -> None:
    line = b"".join(noise + framed(frame) for noise, frame in sent) + end
    assert [frame for frame in received([line]) if not isinstance(frame, Refused)] == [frame for _, frame in sent]


@given(FRAME, st.data())
def test_a_frame_with_a_flipped_bit_is_refused_and_the_next_is_whole(frame: Frame, data: st.DataObject) -> None:
    line = bytearray(framed(frame))
    place = data.draw(st.integers(1, len(line) - 2))  # a broken delimiter is noise, as above
    line[place] ^= 1 << data.draw(st.integers(0, 7))
    *before, last = received([bytes(line), framed(frame)])
    assert last == frame
    assert before
    assert all(isinstance(each, Refused) for each in before)


@given(FRAME, FRAME, st.data())
def test_a_frame_that_was_cut_costs_only_itself(lost: Frame, whole: Frame, data: st.DataObject) -> None:
    line = framed(lost)
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    part = line[:start] + line[end:]
    kept = [frame for frame in received([part, framed(whole)]) if not isinstance(frame, Refused)]
    assert kept in ([whole], [lost, whole])  # the latter when only a delimiter was lost


@given(st.lists(st.binary(max_size=3000), max_size=30))
def test_no_bytes_make_it_fail(pieces: list[bytes]) -> None:
    assert all(isinstance(frame, Greeting | Carried | Refused) for frame in received(pieces))


@given(st.binary(max_size=80), st.integers(0, 3), st.integers(0, 3))
def test_a_whole_frame_with_any_content_is_a_frame_or_refused(content: bytes, kind: int, speaker: int) -> None:
    body = bytes([frames.FRAME_VERSION, kind, speaker]) + content
    line = b"\0" + frames.stuffed(body + zlib.crc32(body).to_bytes(4, "little")) + b"\0"
    (found,) = received([line])
    assert isinstance(found, Refused) or framed(found) == line


def test_a_frame_of_another_version_is_named_and_says_what_to_do() -> None:
    body = bytes([2, 1, 1]) + b"mark" + b"mark" + b"balie-1"
    line = b"\0" + frames.stuffed(body + zlib.crc32(body).to_bytes(4, "little")) + b"\0"
    assert received([line]) == [Refused("frames of version 2, this program speaks 1: update the older end")]


def test_the_longest_message_fits_and_a_longer_one_is_not_sent() -> None:
    longest = Carried(Speaker.HOST, b"mark", "t" * MAX_TOPIC, b"\0\xff" * (MAX_PAYLOAD // 2))
    assert len(framed(longest)) <= MAX_FRAME + 2
    assert received([framed(longest)]) == [longest]
    for topic, payload in (("t" * (MAX_TOPIC + 1), b""), ("t", b"x" * (MAX_PAYLOAD + 1))):
        with pytest.raises(ValueError, match="too long"):
            framed(Carried(Speaker.HOST, b"mark", topic, payload))


@pytest.mark.parametrize("piece", [b"\x01", b"\xff" * 4096, b"U" * 65_000])
def test_a_flood_without_an_end_is_one_refusal_and_takes_no_more_memory_than_a_frame(piece: bytes) -> None:
    receiver, refused = Receiver(), 0
    frame = Greeting(Speaker.UNIT, b"mark", UnitName("balie-1"), b"kram")
    tracemalloc.start()
    try:
        for _ in range(max(30, 30_000 // len(piece))):
            refused += len(list(receiver.receive(piece)))
        assert refused == 0
        assert tracemalloc.get_traced_memory()[0] < 4 * MAX_FRAME
    finally:
        tracemalloc.stop()
    told, whole = receiver.receive(framed(frame))
    assert isinstance(told, Refused)
    assert whole == frame
