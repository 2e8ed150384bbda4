"""Every recording, held at every moment against what the callers and the phones really did."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from host_agent.core.events import CallerAbandoned, TransferRang, TransferSettled
from host_agent.replay import Moment, Telling, moments_of, replay
from tests.traces.recordings import Recording, all_recordings, recording

SETTLES_S = 0.3
ALL = [pytest.param(one, id=str(one)) for one in all_recordings()]
STATES = {
    "idle": {"idle", "paused"},
    "ringing": {"ringing"},
    "in-call": {"in_use"},
    "in-call, holding": {"on_hold", "in_use"},
    "dialling": {"in_use"},
    "unregistered": {"unavailable"},
}


# Moments (`t` of the truth) at which a phone's own count of its calls cannot be Asterisk's:
# - After REFER the test phone keeps its old dialog for a minute, until its own time-out, and calls itself in-call
#   whatever its later calls do; Asterisk ended that leg at once.
# - In the other recording the phones also have a call of 0622000002, of a session before this one, that Asterisk no
#   longer has: they go on ringing for it, and 100 even "answers" it.
TRUTH_HAS_A_CALL_ASTERISK_HAS_NOT = {
    ("asterisk-16.28.0", "04-transfer-noanswer", "100"): {
        33.561, 58.567, 63.072, 64.583, 72.596, 84.336, 88.842, 90.85,
    },
    ("asterisk-22.10.1", "04-transfer-noanswer", "100"): {
        33.877, 58.904, 63.41, 64.914, 72.948, 84.692, 89.197, 91.202,
    },
    ("asterisk-16.28.0", "08-reload-mid-queue", "100"): {
        1.474, 2.489, 21.123, 23.355, 27.281, 36.538, 38.539, 38.787, 40.117, 53.538, 55.541, 70.542, 72.549, 83.165,
    },
    ("asterisk-16.28.0", "08-reload-mid-queue", "101"): {1.478, 2.49, 30.524, 47.526, 64.53, 81.532},
}  # fmt: skip
# The dialplan took this caller's number away before the queue; the truth has the number as it was dialled.
NUMBER_TAKEN_AWAY = {("10-odd", "0622000008")}


@cache
def told(one: Recording) -> tuple[tuple[dict[str, Any], ...], float, float]:
    """What the replay printed, and the times of the first and the last message."""
    telling = Telling()
    lines: list[dict[str, Any]] = []
    times: list[float] = []
    for moment in moments_of(one.events()):
        assert isinstance(moment, Moment)
        assert moment.t is not None
        times.append(moment.t)
        for packet in moment.packets:
            lines += telling.tell(packet, moment.t)
    assert telling.translator.rejected == 0
    return tuple(lines), times[0], times[-1]


def at(one: Recording, kind: str, name: str, t: float) -> dict[str, Any] | None:
    lines = [line for line in told(one)[0] if line["kind"] == kind and line["name"] == name and line["t"] <= t]
    return lines[-1] if lines else None


def moments(entries: list[dict[str, Any]], one: Recording, end: float) -> list[tuple[dict[str, Any], float]]:
    """Each entry with the time to look: when it has settled, before the next one. Shorter than 0.1 s is none."""
    _, first, last = told(one)
    found = []
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        until = end if following is None else following["t"]
        look = min(max(entry["t"], first) + SETTLES_S, until - 0.02)
        if until - entry["t"] >= 0.1 and first + SETTLES_S <= look <= last:
            found.append((entry, look))
    return found


@pytest.mark.parametrize("one", ALL)
def test_who_waits_in_what_order_and_how_long_is_as_it_really_was(one: Recording) -> None:
    truth = one.truth()
    calls = {call["id"]: call for call in truth["calls"]}
    compared = 0
    for queue in {entry["queue"] for entry in truth["queue_timeline"]}:
        entries = [entry for entry in truth["queue_timeline"] if entry["queue"] == queue]
        for entry, t in moments(entries, one, truth["end"]):
            line = at(one, "queue", queue, t)
            assert line is not None, (queue, t)
            numbers = [number_of(calls[call], one) for call in entry["callers"]]
            assert (line["known"], line["waiting"]) == (True, entry["length"]), (queue, t)
            assert [caller["number"] for caller in line["callers"]] == numbers, (queue, t)
            assert [caller["position"] for caller in line["callers"]] == list(range(1, entry["length"] + 1))
            waits = t - entry["longest_since"] if entry["callers"] else 0.0
            said = line["longest_wait_s"] + (t - line["t"] if entry["callers"] else 0.0)
            assert said == pytest.approx(waits, abs=0.5), (queue, t)
            compared += 1
    assert compared >= 2


def number_of(call: dict[str, Any], one: Recording) -> str | None:
    number = call.get("shown") or call["number"]
    return None if number == "anonymous" or (one.scenario, number) in NUMBER_TAKEN_AWAY else number


@pytest.mark.parametrize("one", ALL)
def test_every_line_does_what_its_phone_did(one: Recording) -> None:
    truth = one.truth()
    compared = 0
    for phone in truth["phones"]:
        entries = [entry for entry in truth["phone_lines"] if entry["phone"] == phone]
        for entry, t in moments(entries, one, truth["end"]):
            if entry["t"] in TRUTH_HAS_A_CALL_ASTERISK_HAS_NOT.get((one.version, one.scenario, phone), ()):
                continue
            line = at(one, "line", phone, t)
            assert line is not None, (phone, t)
            assert line["state"] in STATES[entry["state"]], (phone, t, entry)
            if entry["state"] == "ringing" and (one.scenario, entry["number"]) not in NUMBER_TAKEN_AWAY:
                number = None if entry["number"] in ("anonymous", "") else entry["number"]
                assert line["caller"]["number"] == number, (phone, t)
            compared += 1
    assert compared >= 6


@pytest.mark.parametrize("one", ALL)
def test_only_phones_are_lines(one: Recording) -> None:
    names = {line["name"] for line in told(one)[0] if line["kind"] == "line"}
    assert names == set(one.truth()["phones"])


@pytest.mark.parametrize("one", ALL)
def test_asterisk_asked_on_another_connection_says_the_same(one: Recording) -> None:
    """A poll is compared with all that was told within the settling time before it."""
    _, first, last = told(one)
    compared = 0
    for poll in one.truth()["poll"]:
        if not first + SETTLES_S <= poll["t"] <= last:
            continue
        for name, queue in poll["queues"].items():
            near = [
                line
                for line in told(one)[0]
                if line["kind"] == "queue" and line["name"] == name and abs(line["t"] - poll["t"]) <= SETTLES_S
            ]
            before = at(one, "queue", name, poll["t"] - SETTLES_S)
            paused = {member: state["paused"] for member, state in queue["members"].items()}
            assert any(
                line["waiting"] == queue["length"]
                and {agent["name"]: agent["paused"] for agent in line["agents"]} == paused
                for line in ([before] if before else []) + near
            ), (poll["t"], name)
            compared += 1
    assert compared >= 2


def events_of(one: Recording) -> list[Any]:
    telling = Telling()
    events = []
    for moment in moments_of(one.events()):
        assert isinstance(moment, Moment)
        events += telling.translator.feed(moment.packets, moment.t or 0.0)
    return events


@pytest.mark.parametrize("one", ALL)
def test_the_abandoned_calls_are_those_of_the_queue_log(one: Recording) -> None:
    _, first, last = told(one)
    log = [
        (entry["line"].split("|")[1], entry["line"].split("|")[2])
        for entry in one.truth()["queue_log"]
        if entry["line"].split("|")[4] == "ABANDON" and first <= entry["t"] + 1 and entry["t"] <= last
    ]
    abandoned = [(event.call, event.queue) for event in events_of(one) if isinstance(event, CallerAbandoned)]
    if ".after" in one.file or ".before" in one.file:
        # While the connection was cut one caller gave up: nobody can have heard that.
        assert set(abandoned) <= set(log)
    else:
        assert sorted(abandoned) == sorted(log)


@pytest.mark.parametrize("version", ["16.28.0", "22.10.1"])
def test_every_way_to_pass_a_call_on_is_seen_ringing_at_the_colleague(version: str) -> None:
    """Attended, blind, feature code, AMI transfer, AMI redirect: 100 passes five callers to 202, who never answers."""
    events = events_of(recording(version, "04-transfer-noanswer"))
    rang = [event.transfer for event in events if isinstance(event, TransferRang)]
    assert [(t.by, t.extension, t.colleague, t.party and t.party.number) for t in rang] == [
        ("100", "202", "Piet Vink", number)
        for number in ("0612345678", "0201234567", "+4930123456", "0687654321", "0302223344")
    ]
    settled = {event.leg: event.at for event in events if isinstance(event, TransferSettled)}
    assert [round(settled[t.leg] - t.since) for t in rang] == [21, 25, 15, 25, 25]


@pytest.mark.parametrize("one", [p for p in ALL if p.values[0].scenario != "04-transfer-noanswer"])
def test_nothing_else_counts_as_a_call_passed_on(one: Recording) -> None:
    assert not [event for event in events_of(one) if isinstance(event, TransferRang)]


@pytest.mark.parametrize("one", ALL)
def test_the_bytes_without_times_tell_the_same_without_durations(one: Recording, tmp_path: Path) -> None:
    path = tmp_path / "ami.raw"
    path.write_bytes(one.raw())
    out, err = io.StringIO(), io.StringIO()
    assert replay(path, out, err) == 0
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert all(line["t"] is None for line in lines)
    assert all(line["longest_wait_s"] is None for line in lines if line["kind"] == "queue")

    def shape(line: dict[str, Any]) -> tuple[Any, ...]:
        callers = [(caller["number"], caller["name"]) for caller in line.get("callers", [])]
        return (line["kind"], line["name"], line.get("waiting"), line.get("state"), callers)

    def steps(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Without repeats: how long somebody waits may be told better later, and prints a line where times are."""
        last: dict[tuple[str, str], tuple[Any, ...]] = {}
        kept = []
        for line in found:
            if last.get((line["kind"], line["name"])) != shape(line):
                last[line["kind"], line["name"]] = shape(line)
                kept.append(shape(line))
        return kept

    assert steps(lines) == steps(list(told(one)[0]))
