"""Any bytes are a message or refused with a reason; a message survives the wire unchanged."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from broker import messages as m
from broker.codec import MAX_PAYLOAD, RefusedPayload, decode, encode
from broker.names import NAME_LIMIT
from broker.topics import BOARD, CERTIFICATE, COMMAND, HELLO, NOTE, QUEUE, RECEIPT, RENEWAL, TABLE, Row

ROW_OF: dict[type, Row] = {
    m.Hello: HELLO,
    m.Note: NOTE,
    m.Board: BOARD,
    m.Receipt: RECEIPT,
    m.Identify: COMMAND,
    m.ShowMessage: COMMAND,
    m.OverrideSign: COMMAND,
    m.Update: COMMAND,
    m.QueueCounts: QUEUE,
    m.Renewal: RENEWAL,
    m.Certificate: CERTIFICATE,
}
NOTE_ID = "0" * 32
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
FIELDS = sorted({name for kind in ROW_OF for name in kind.__struct_fields__} | {"do"})  # type: ignore[attr-defined]


def _decoded(row: Row, **fields: Any) -> Any:
    return decode(row, json.dumps(fields).encode())


def _is_a_message_or_refused(row: Row, payload: bytes) -> None:
    refusal, message = None, None
    try:
        message = decode(row, payload)
    except RefusedPayload as refused:
        refusal = str(refused)
    if refusal is None:
        assert decode(row, encode(message)) == message
    else:
        assert refusal.startswith(f"{row.key}: ")
        assert len(refusal) < 250


@pytest.fixture
def note() -> dict[str, Any]:
    """The fields of a note as they stand on the wire."""
    return {"v": 1, "id": NOTE_ID, "rev": 1, "caller": {"number": "0612345678", "name": "Jan"}}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_message_survives_the_wire(any_message: st.SearchStrategy[m.Message], data: st.DataObject) -> None:
    message = data.draw(any_message)
    assert decode(ROW_OF[type(message)], encode(message)) == message


@settings(max_examples=500)
@given(st.sampled_from(TABLE), st.binary(max_size=300))
@example(HELLO, b"")
@example(HELLO, b"\xff\xfe")
@example(HELLO, b"NaN")
@example(HELLO, b'{"v":1,"uptime_s":NaN}')
@example(HELLO, b'{"v":1,"uptime_s":1e999}')
@example(HELLO, b'{"v":1,"uptime_s":-Infinity}')
@example(HELLO, b'{"v":' + b"9" * 400 + b"}")
@example(HELLO, b'{"v":1,"notes_waiting":' + b"9" * 400 + b"}")
@example(HELLO, b"[" * 5000)
@example(HELLO, b'{"v":1,"x":' + b"[" * 5000 + b"]" * 5000 + b"}")
@example(HELLO, b'{"v":1,"x":' + b'{"a":' * 3000 + b"1" + b"}" * 3001)
@example(HELLO, b'{"v":1,"version":"\\ud800"}')
@example(HELLO, b'{"v":1,"version":"\xed\xa0\x80"}')
@example(HELLO, b"{" + b'"v":1,' * 2000 + b'"v":1}')
@example(HELLO, b"\xef\xbb\xbf{}")
@example(HELLO, b"x" * (MAX_PAYLOAD + 1))
def test_any_bytes_are_a_message_or_refused(row: Row, payload: bytes) -> None:
    _is_a_message_or_refused(row, payload)


@settings(max_examples=500)
@given(st.sampled_from(TABLE), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8))
def test_any_json_is_a_message_or_refused(row: Row, fields: dict[str, Any]) -> None:
    _is_a_message_or_refused(row, json.dumps({"v": 1, **fields}).encode())


def test_an_unknown_field_is_ignored(note: dict[str, Any]) -> None:
    assert _decoded(NOTE, **note, colour="red", deep=[[{}]]).caller.number == "0612345678"


@pytest.mark.parametrize("version", [0, 2, -1, "1", 10**400, [], {}, True, 1.5])
def test_another_version_is_refused_by_name(note: dict[str, Any], version: Any) -> None:
    with pytest.raises(RefusedPayload, match="note:"):
        _decoded(NOTE, **(note | {"v": version}))


def test_the_refusal_of_a_newer_version_says_which_it_is_and_which_we_speak(note: dict[str, Any]) -> None:
    with pytest.raises(RefusedPayload, match=r"version '2', this program speaks 1"):
        _decoded(NOTE, **(note | {"v": 2}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "0" * 31),
        ("id", "G" * 32),
        ("id", "../" + "0" * 29),
        ("id", "0" * 32 + "\n"),
        ("id", None),
        ("rev", 0),
        ("rev", 1.5),
        ("rev", "1"),
        ("kind", "fax"),
        ("pressed_s_ago", -1),
        ("pressed_s_ago", 1e300),
        ("pressed_s_ago", "now"),
        ("queue", "a/b"),
        ("queue", "$SYS"),
        ("line", ""),
        ("colleague", "x" * 81),
        ("caller", {"number": "06 12"}),
        ("caller", {"number": "0612345678\r\nAction: Hangup"}),
        ("caller", {"name": 7}),
        ("caller", []),
        ("withdrawn", 1),
    ],
)
def test_a_wrong_field_refuses_the_note(note: dict[str, Any], field: str, value: Any) -> None:
    with pytest.raises(RefusedPayload, match="note:"):
        _decoded(NOTE, **(note | {field: value}))


def test_a_refusal_never_tells_the_caller(note: dict[str, Any]) -> None:
    note["caller"] = {"number": "0612345678 x", "name": "Geheime Naam"}
    with pytest.raises(RefusedPayload) as refused:
        _decoded(NOTE, **note)
    assert "0612345678" not in str(refused.value)
    assert "Geheime" not in str(refused.value)


def test_a_hostile_name_is_shown_harmless(note: dict[str, Any]) -> None:
    note["caller"] = {"name": "\u202eJan\r\nEvent: Shutdown\x1b[2J" + "\u0301" * 9}
    name = _decoded(NOTE, **note).caller.name
    assert name == "Jan Event: Shutdown[2J́́"
    assert len(name) <= NAME_LIMIT


def test_a_message_cannot_even_be_made_with_a_hidden_character() -> None:
    assert m.ShowMessage(text="Bel\u200b terug\n").text == "Bel terug"
    assert m.Board(echo=None, pbx="up", messages=("a\tb", "c")).messages == ("a b", "c")


def test_the_largest_board_a_host_can_mean_fits_in_a_payload() -> None:
    queue = m.QueueBoard(
        name="q" * 64, label="é" * 40, known=True, waiting=99_999, longest_wait_s=86_400.123456789, agents_free=99_999
    )
    caller = m.Caller(number="0" * 32, name="é" * 80)
    line = m.LineBoard(
        extension="1" * 32, state="in_use", caller=caller, unanswered=m.Unanswered(colleague="é" * 80, caller=caller)
    )
    board = m.Board(echo="0" * 16, pbx="up", queues=(queue,) * 32, line=line, messages=("é" * 200,) * 8)
    assert decode(BOARD, encode(board)) == board
