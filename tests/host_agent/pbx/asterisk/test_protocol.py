"""Bytes to packets: any split, any noise, within bounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_agent.pbx.asterisk.protocol import (
    MAX_LINE,
    MAX_LINES,
    MAX_PACKET,
    Packet,
    Parser,
    StreamRefused,
    text,
)
from host_agent.pbx.asterisk.translate import WANTED
from tests.traces.recordings import recording

STREAM = (
    b"Asterisk Call Manager/11.0.0\r\n"
    b"Response: Success\r\nActionID: a-1\r\nMessage: Authentication accepted\r\n\r\n"
    b"Event: VarSet\r\nPrivilege: dialplan,all\r\nVariable: X\r\n\r\n"
    b"Event: Newchannel\r\nPrivilege: call,all\r\nCallerIDName: Z\xfcrich\r\nUniqueid: 1.1\r\n\r\n"
    b"Response: Success\r\nMessage: Command output follows\r\nOutput: one\r\nOutput: two\r\nOutput: \r\n\r\n"
)


def all_of(parser: Parser, *pieces: bytes) -> list[Packet]:
    return [packet for piece in pieces for packet in parser.feed(piece)]


def test_the_banner_is_a_packet_of_its_own_and_no_part_of_the_first_answer() -> None:
    packets = all_of(Parser(), STREAM)
    assert [packet.kind for packet in packets] == [b"banner", b"response", b"VarSet", b"Newchannel", b"response"]
    assert packets[1].first(b"Response") == b"Success"


def test_only_wanted_events_become_packets_and_all_are_counted() -> None:
    parser = Parser(wanted=WANTED)
    assert [p.kind for p in parser.feed(STREAM)] == [b"banner", b"response", b"Newchannel", b"response"]
    assert parser.tally.packets == 4


def test_a_repeated_key_keeps_all_its_values() -> None:
    packet = all_of(Parser(), STREAM)[-1]
    assert packet.every(b"Output") == [b"one", b"two", b""]
    assert packet.first(b"Output") == b"one"
    assert packet.last(b"Output") == b""
    assert packet.first(b"Nothing") is None
    assert ("Output", "two") in packet.pairs()


@given(cuts=st.sets(st.integers(1, len(STREAM) - 1)), bare=st.booleans())
def test_any_split_of_a_stream_gives_the_same_packets(cuts: set[int], bare: bool) -> None:
    stream = STREAM.replace(b"\r\n", b"\n") if bare else STREAM
    ends = [*sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    pieces = [stream[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert all_of(Parser(), *pieces) == all_of(Parser(), STREAM)


@given(
    noise=st.lists(
        st.sampled_from(
            [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"Event: ", b"Response: ", b"x", b": ", b"\xff", b"\0", b"E"]
        )
    ),
    cut=st.integers(0, 60),
)
def test_any_split_of_any_noise_gives_the_same_packets_and_no_crash(noise: list[bytes], cut: int) -> None:
    stream = b"".join(noise)
    whole, split = Parser(), Parser()
    assert all_of(split, stream[:cut], stream[cut:]) == all_of(whole, stream)
    one_by_one = Parser()
    assert all_of(one_by_one, *(stream[i : i + 1] for i in range(len(stream)))) == all_of(Parser(), stream)


@settings(max_examples=15, deadline=None)
@given(size=st.integers(1, 5000))
def test_a_real_stream_cut_anywhere_gives_the_same_packets(size: int) -> None:
    raw = recording("22.10.1", "10-odd").raw()[:60_000]
    pieces = [raw[begin : begin + size] for begin in range(0, len(raw), size)]
    assert all_of(Parser(wanted=WANTED), *pieces) == all_of(Parser(wanted=WANTED), raw)


def test_a_line_longer_than_the_bound_drops_the_connection_and_keeps_what_came_before() -> None:
    parser = Parser()
    with pytest.raises(StreamRefused, match="line of more than") as refused:
        all_of(parser, STREAM, b"Event: X\r\nName: " + b"a" * (MAX_LINE + 1))
    assert refused.value.packets == []
    with pytest.raises(StreamRefused) as refused:
        Parser().feed(STREAM + b"Event: X\r\nName: " + b"a" * (MAX_LINE + 1) + b"\r\n\r\n")
    assert len(refused.value.packets) == 5


def test_a_stream_without_line_breaks_drops_the_connection() -> None:
    parser = Parser()
    with pytest.raises(StreamRefused):
        all_of(parser, *[b"a" * 1000] * 1000)


def test_a_packet_without_end_drops_the_connection() -> None:
    with pytest.raises(StreamRefused, match="lines"):
        Parser().feed(b"a: b\r\n" * (MAX_LINES + 1))
    with pytest.raises(StreamRefused, match="bytes"):
        Parser().feed((b"a: " + b"b" * 8000 + b"\r\n") * (MAX_PACKET // 8000 + 1))


def test_a_line_without_a_key_is_counted_and_the_rest_of_the_packet_used() -> None:
    parser = Parser()
    (packet,) = parser.feed(b"Event: Hangup\r\nwhat is this\r\nUniqueid: 1.1\r\n\r\n")
    assert packet.first(b"Uniqueid") == b"1.1"
    assert parser.tally.bad_lines == 1


def test_what_begins_with_no_event_is_counted_as_strange() -> None:
    parser = Parser()
    assert [p.kind for p in parser.feed(b"hello\r\n\r\nEvent: A\r\n\r\n")] == [b"strange", b"A"]
    assert parser.tally.strange == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"Jan", "Jan"),
        ("Zoë Müller".encode(), "Zoë Müller"),
        (b"Z\xfcrich", "Zürich"),
        (b"Caf\xe9", "Café"),
        ("Zoë".encode() + b" Caf\xe9!", "Zoë Café!"),
        ("Müller Caf\u00e9".encode()[:-1], "Müller Caf"),
        (b"\xff\xfe", "ÿþ"),
    ],
)
def test_a_text_is_utf_8_and_what_is_not_is_latin_1(value: bytes, shown: str) -> None:
    assert text(value) == shown


@given(st.binary())
def test_any_bytes_have_a_text(value: bytes) -> None:
    text(value).encode("utf-8")
