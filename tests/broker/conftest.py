"""Strategies that make any message of the language, within its bounds."""

from typing import Any

import pytest
from hypothesis import strategies as st

from broker import messages as m

TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["Van 't Hof", "\u202e0612\u202c", "a\u0300\u0301\u0302\u0303", "a\r\nEvent: Shutdown", "\x00\x1b[2J"]
    ),
)
NUMBERS = st.from_regex(r"[0-9+*#]{1,32}", fullmatch=True)
LINES = st.from_regex(r"[A-Za-z0-9*#_.-]{1,32}", fullmatch=True)
QUEUES = st.sampled_from(["receptie", "service", "Begane grond"])
SECONDS = st.floats(min_value=0, max_value=10 * 366 * 86_400)
COUNTS = st.integers(min_value=0, max_value=99_999)
NONCES = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
NOTE_IDS = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
PEMS = st.from_regex(r"-----BEGIN [A-Z ]{1,20}-----\n[A-Za-z0-9+/=]{1,64}\n-----END-----\n", fullmatch=True)
LINE_STATES = st.sampled_from(["idle", "ringing", "in_use", "on_hold", "paused", "unavailable", "unknown"])


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


CALLERS = st.builds(m.Caller, number=_maybe(NUMBERS), name=_maybe(TEXTS), withheld=st.booleans())
_COUNTED = {
    "name": QUEUES,
    "label": TEXTS,
    "known": st.booleans(),
    "waiting": _maybe(COUNTS),
    "longest_wait_s": _maybe(SECONDS),
    "agents_free": _maybe(COUNTS),
}
BOARDS = st.builds(
    m.Board,
    echo=_maybe(NONCES),
    pbx=st.sampled_from(["up", "away", "starting"]),
    pbx_age_s=_maybe(SECONDS),
    capabilities=st.sampled_from([(), ("queues", "names")]),
    queues=st.lists(st.builds(m.QueueBoard, **_COUNTED), max_size=3).map(tuple),
    line=_maybe(
        st.builds(
            m.LineBoard,
            extension=LINES,
            state=LINE_STATES,
            for_s=_maybe(SECONDS),
            caller=_maybe(CALLERS),
            unanswered=_maybe(st.builds(m.Unanswered, colleague=TEXTS, ringing_s=SECONDS, caller=_maybe(CALLERS))),
        )
    ),
    inbox=st.builds(m.InboxCounts, open=COUNTS, overdue=COUNTS),
    messages=st.lists(TEXTS, max_size=3).map(tuple),
)
MESSAGES: st.SearchStrategy[m.Message] = st.one_of(
    BOARDS,
    st.builds(m.Hello, nonce=_maybe(NONCES), version=TEXTS, uptime_s=SECONDS, notes_waiting=COUNTS),
    st.builds(m.Note, id=NOTE_IDS, pressed_s_ago=_maybe(SECONDS), caller=_maybe(CALLERS), colleague=_maybe(TEXTS)),
    st.builds(m.Receipt, id=NOTE_IDS, rev=st.integers(1, 1_000_000)),
    st.builds(m.Identify, seconds=st.floats(0, 60)),
    st.builds(m.ShowMessage, text=TEXTS, seconds=st.floats(0, 3600)),
    st.builds(m.OverrideSign, wish=st.sampled_from(["lit", "dark", "policy"]), minutes=st.floats(0, 600)),
    st.builds(m.Update, version=_maybe(st.from_regex(r"[0-9][0-9A-Za-z.+~-]{0,63}", fullmatch=True))),
    st.builds(m.QueueCounts, **_COUNTED),
    st.builds(m.Renewal, request=PEMS),
    st.builds(m.Certificate, certificate=PEMS),
)


@pytest.fixture(scope="session")
def any_message() -> st.SearchStrategy[m.Message]:
    """A strategy for every kind of message."""
    return MESSAGES
