"""The bad line itself: what goes in comes out, in order, when it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.crash.fault_line import WELL, Fault, Line, sent

CHUNKS = some.lists(some.tuples(some.floats(0, 5), some.binary(min_size=1, max_size=200)), max_size=8)
FAULTS = some.builds(
    Fault,
    delay_s=some.floats(0, 3),
    piece=some.none() | some.integers(1, 50),
    bytes_per_s=some.none() | some.floats(10, 1e6),
)


@given(CHUNKS, FAULTS)
def test_every_byte_arrives_once_in_order_and_never_before_it_was_sent(
    chunks: list[tuple[float, bytes]], fault: Fault
) -> None:
    line, now, out = Line(), 0.0, []
    for pause, chunk in chunks:
        now += pause
        line, pieces = sent(line, fault, chunk, now)
        assert all(at >= now + fault.delay_s for at, _ in pieces)
        out += pieces
    assert b"".join(piece for _, piece in out) == b"".join(chunk for _, chunk in chunks)
    assert [at for at, _ in out] == sorted(at for at, _ in out)


def test_a_well_line_passes_a_chunk_on_whole_and_at_once() -> None:
    assert sent(Line(), WELL, b"hello", 2.0)[1] == ((2.0, b"hello"),)


def test_a_throttled_line_takes_its_time() -> None:
    _, pieces = sent(Line(), Fault(bytes_per_s=100), b"x" * 200, 1.0)
    assert pieces[-1][0] == pytest.approx(3.0)
