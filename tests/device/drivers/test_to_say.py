"""What waits for a connection is said over that one or over none."""

import select

import pytest

from broker.messages import Hello, Note
from device.drivers.to_say import ToSay

NOTE = Note(id="a" * 32, pressed_s_ago=1.0)


def _is_woken(words: ToSay) -> bool:
    poller = select.poll()
    poller.register(words, select.POLLIN)
    return bool(poller.poll(0))


def test_what_is_given_while_there_is_no_connection_is_dropped_and_wakes_nobody() -> None:
    with ToSay() as words:
        words.put(NOTE)
        assert not _is_woken(words)
        words.open()
        assert words.take() is None


@pytest.mark.parametrize("connections", [1, 2])
def test_what_one_connection_did_not_say_is_not_said_over_the_next(connections: int) -> None:
    with ToSay() as words:
        for _ in range(connections):
            words.open()
            words.put(NOTE)
            assert words.shut()
            # The loop may not yet have heard that the connection is gone.
            words.put(NOTE)
            words.open()
            assert words.take() is None


def test_messages_come_in_order_and_wake_the_sleeper_once() -> None:
    with ToSay() as words:
        words.open()
        words.put(Hello(nonce="0123456789abcdef"))
        words.put(NOTE)
        assert _is_woken(words)
        words.calm()
        assert not _is_woken(words)
        assert isinstance(words.take(), Hello)
        assert words.take() == NOTE
        assert words.take() is None
        assert words.shut()
        assert not words.shut()
