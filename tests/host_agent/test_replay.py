"""`belbord-host replay`: recordings as they come, and broken ones."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from host_agent.replay import replay
from tests.traces.recordings import recording


def run(path: Path) -> tuple[int, list[dict[str, Any]], list[str]]:
    out, err = io.StringIO(), io.StringIO()
    code = replay(path, out, err)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue().splitlines()


def written(path: Path, *entries: object) -> Path:
    path.write_text("".join((entry if isinstance(entry, str) else json.dumps(entry)) + "\n" for entry in entries))
    return path


def joined(t: float, uid: str, count: int, **fields: object) -> dict[str, Any]:
    return {
        "t": t,
        "event": {
            "Event": "QueueCallerJoin", "Privilege": "agent,all", "CallerIDNum": "0612345678", "CallerIDName": "Jan",
            "Uniqueid": uid, "Linkedid": uid, "Queue": "receptie", "Position": str(count), "Count": str(count),
            **fields,
        },
    }  # fmt: skip


def test_each_change_of_a_queue_is_a_line_with_all_of_it(tmp_path: Path) -> None:
    path = written(tmp_path / "events.jsonl", joined(2.0, "1.1", 1), joined(5.5, "1.2", 2), joined(6.0, "1.2", 2))
    code, lines, complaints = run(path)
    assert (code, complaints) == (0, [])
    jan = {"number": "0612345678", "name": "Jan"}
    assert lines == [
        {
            "t": 2.0, "kind": "queue", "name": "receptie", "known": True, "waiting": 1, "longest_wait_s": 0.0,
            "callers": [{**jan, "position": 1, "wait_s": 0.0}], "agents": [],
        },
        {
            "t": 5.5, "kind": "queue", "name": "receptie", "known": True, "waiting": 2, "longest_wait_s": 3.5,
            "callers": [{**jan, "position": 1, "wait_s": 3.5}, {**jan, "position": 2, "wait_s": 0.0}], "agents": [],
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("{", "not JSON"),
        ("[1, 2]", "not an entry with an event"),
        ('{"t": 3}', "not an entry with an event"),
        ('{"t": "drie", "event": {"Event": "Hangup"}}', "t is not a time in seconds"),
        ('{"t": true, "event": {"Event": "Hangup"}}', "t is not a time in seconds"),
        ('{"t": NaN, "event": {"Event": "Hangup"}}', "t is not a time in seconds"),
        ('{"t": 3, "event": {}}', "an event without fields"),
        ('{"t": 3, "event": {"Event": "Hangup", "Uniqueid": 7}}', "the value of 'Uniqueid' is not a text"),
        ('{"t": 3, "event": {"Event": []}}', "the value of 'Event' is not a text"),
        ("[" * 100_000, "not JSON"),
        (json.dumps(joined(3.0, "1.2", 2, Count="veel")), "QueueCallerJoin: Count is not a number"),
    ],
)
def test_a_bad_line_is_told_with_its_place_and_the_replay_goes_on(tmp_path: Path, bad: str, complaint: str) -> None:
    path = written(tmp_path / "events.jsonl", joined(2.0, "1.1", 1), bad, joined(5.0, "1.3", 2))
    code, lines, complaints = run(path)
    assert code == 0
    assert [line["waiting"] for line in lines] == [1, 2]
    assert len(complaints) == 2
    assert complaints[0].startswith("events.jsonl, line 2: ")
    assert complaint in complaints[0] or (bad.startswith("[[") and "recursion" in complaints[0])
    assert complaints[1] == "events.jsonl: 1 faults, the rest was replayed"


def test_bytes_that_are_not_utf_8_survive_the_recorders_notation(tmp_path: Path) -> None:
    names = [r"Z\xfcrich", r"C:\\xfc", "Zoë"]
    entries = [joined(float(i), f"1.{i}", i + 1, CallerIDName=name) for i, name in enumerate(names)]
    _, lines, _ = run(written(tmp_path / "events.jsonl", *entries))
    assert [caller["name"] for caller in lines[-1]["callers"]] == ["Zürich", r"C:\xfc", "Zoë"]


def test_a_name_is_written_as_utf_8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    path = written(tmp_path / "events.jsonl", joined(1.0, "1.1", 1, CallerIDName="Zoë Żółć"))
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert replay(path, terminal, io.StringIO()) == 0
    terminal.seek(0)
    assert json.loads(terminal.readline())["callers"][0]["name"] == "Zoë Żółć"


def test_a_withheld_caller_has_no_number(tmp_path: Path) -> None:
    entry = joined(1.0, "1.1", 1, CallerIDNum="anonymous", CallerIDName="Anonymous")
    _, lines, _ = run(written(tmp_path / "events.jsonl", entry))
    (caller,) = lines[0]["callers"]
    assert (caller["number"], caller["name"], caller["withheld"]) == (None, None, True)


@pytest.mark.parametrize("junk", [b"x" * 400_000, b"x" * 20_000, b"x\r\n" * 3_000])
def test_raw_bytes_that_are_no_ami_are_told_with_their_place_and_all_others_replayed(
    tmp_path: Path, junk: bytes
) -> None:
    whole, path = tmp_path / "whole.raw", tmp_path / "ami.raw"
    raw = recording("22.10.1", "01-calm").raw()
    cut = raw.index(b"\r\n\r\n", 60_000) + 4
    whole.write_bytes(raw)
    path.write_bytes(raw[:cut] + junk + b"\r\n\r\n" + raw[cut:])
    code, lines, complaints = run(path)
    assert (code, lines) == (0, run(whole)[1])
    assert [complaint.partition(" of more than ")[0] for complaint in complaints[:-1]] in (
        [f"ami.raw, bytes from {cut}: a packet"],
        [f"ami.raw, bytes from {cut}: a line"],
    )


def test_a_raw_recording_of_any_name_that_begins_in_the_middle_is_known_by_its_events(tmp_path: Path) -> None:
    raw = recording("22.10.1", "02-burst").raw()
    cut = raw.index(b"Event: QueueCallerJoin", len(raw) // 4)
    named, other = tmp_path / "ami.raw", tmp_path / "recording.txt"
    for path in (named, other):
        path.write_bytes(raw[cut:])
    assert run(other) == run(named)
    assert run(named)[1][0]["name"] == "receptie"


def test_a_caller_who_joins_behind_others_that_the_recording_never_named_has_the_place_the_pbx_gave(
    tmp_path: Path,
) -> None:
    _, lines, _ = run(written(tmp_path / "events.jsonl", joined(2.0, "1.6", 6), joined(3.0, "1.7", 7)))
    assert [caller["position"] for caller in lines[-1]["callers"]] == [6, 7]
    assert (lines[-1]["waiting"], lines[-1]["longest_wait_s"]) == (7, None)


def test_a_file_that_is_not_there_is_one_line_and_no_trace(tmp_path: Path) -> None:
    code, lines, complaints = run(tmp_path / "events.jsonl")
    assert (code, lines) == (2, [])
    assert complaints == [f"{tmp_path / 'events.jsonl'}: cannot be read: No such file or directory"]


def test_a_file_without_any_message_says_so(tmp_path: Path) -> None:
    code, lines, complaints = run(written(tmp_path / "events.jsonl", ""))
    assert (code, lines) == (1, [])
    assert complaints == ["events.jsonl: no message of an Asterisk in it"]
