from hypothesis import given
from hypothesis import strategies as st

from broker.outgoing import MOST_WAITING, WAITS_S, Outgoing
from broker.topics import BOARD, NOTE, RECEIPT


def taken(outgoing: Outgoing, now: float = 0.0) -> list[bytes]:
    found = []
    while (message := outgoing.take(now)) is not None:
        found.append(message[1])
    return found


def test_of_boards_only_the_newest_waits() -> None:
    outgoing = Outgoing()
    for number in range(1000):
        assert outgoing.put(BOARD, "board", b"%d" % number, 0.0)
    assert taken(outgoing) == [b"999"]


def test_a_note_that_is_sent_again_takes_its_own_place_and_a_receipt_twice_is_one() -> None:
    outgoing = Outgoing()
    outgoing.put(NOTE, "note", b"a, 3 s ago", 0.0, "a")
    outgoing.put(NOTE, "note", b"b", 0.0, "b")
    outgoing.put(NOTE, "note", b"a, 4 s ago", 1.0, "a")
    outgoing.put(RECEIPT, "receipt", b"c", 1.0)
    outgoing.put(RECEIPT, "receipt", b"c", 1.0)
    assert taken(outgoing, 1.0) == [b"a, 4 s ago", b"b", b"c"]


def test_receipts_wait_in_a_queue_that_is_bounded_and_never_keep_the_board_away() -> None:
    outgoing = Outgoing()
    took = [outgoing.put(RECEIPT, "receipt", b"%d" % number, 0.0) for number in range(MOST_WAITING + 5)]
    assert took.count(False) == 5
    outgoing.put(BOARD, "board", b"board", 0.0)
    assert b"board" in [outgoing.take(0.0)[1] for _ in range(2)]  # type: ignore[index]  # they are there


def test_boards_that_never_end_never_keep_a_receipt_away() -> None:
    outgoing = Outgoing()
    outgoing.put(RECEIPT, "receipt", b"receipt", 0.0)
    said = []
    for _ in range(3):
        outgoing.put(BOARD, "board", b"board", 0.0)
        message = outgoing.take(0.0)
        assert message is not None
        said.append(message[1])
    assert b"receipt" in said


def test_what_waited_too_long_is_not_sent() -> None:
    outgoing = Outgoing()
    outgoing.put(NOTE, "note", b"old", 0.0, "a")
    outgoing.put(NOTE, "note", b"new", 4.0, "b")
    assert taken(outgoing, WAITS_S) == [b"new"]


@given(st.lists(st.tuples(st.sampled_from([BOARD, NOTE, RECEIPT]), st.integers(0, 20), st.booleans()), max_size=60))
def test_each_message_comes_out_once_or_gave_way(story: list[tuple[object, int, bool]]) -> None:
    outgoing, out, now = Outgoing(), [], 0.0
    put = set()
    for row, number, takes in story:
        payload = f"{row.key}{number}".encode()  # type: ignore[attr-defined]
        outgoing.put(row, row.key, payload, now)  # type: ignore[arg-type,attr-defined]
        put.add(payload)
        if takes and (message := outgoing.take(now)) is not None:
            out.append(message[1])
        now += 0.1
    rest = taken(outgoing, now)
    assert len(rest) == len(set(rest))
    assert set(out) | set(rest) <= put
    assert len(outgoing) == 0
