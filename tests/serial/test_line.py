"""Both ends of a cable, alive, on pseudo-terminals."""

import logging
import os
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from broker import frames, serial_line
from broker.frames import Speaker, framed
from broker.names import UnitName
from broker.serial_line import SerialLine
from broker.serial_port import PortFault, opened
from broker.topics import BOARD, NOTE, RECEIPT
from tests.serial.cable_rig import BYTES_PER_S, CableRig, flipping, losing

UNIT = UnitName("balie-1")


@dataclass
class Hearing:
    """A hearer that can be waited on."""

    ups: int = 0
    downs: int = 0
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def came_up(self) -> None:
        self.ups += 1

    def went_down(self) -> None:
        self.downs += 1

    def heard(self, topic: str, payload: bytes) -> None:
        self.messages.append((topic, payload))

    def refused(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


@dataclass
class Ends:
    rig: CableRig
    unit: SerialLine
    host: SerialLine
    at_unit: Hearing
    at_host: Hearing

    @property
    def up(self) -> bool:
        return self.unit.is_up and self.host.is_up


def until(fits: Callable[[], object], within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not fits():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.005)


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    with ExitStack() as stack:
        rig = stack.enter_context(CableRig(tmp_path))
        at_unit, at_host = Hearing(), Hearing()
        unit = stack.enter_context(SerialLine(str(rig.unit), Speaker.UNIT, UNIT, at_unit))
        host = stack.enter_context(SerialLine(str(rig.host), Speaker.HOST, UNIT, at_host))
        ends = Ends(rig, unit, host, at_unit, at_host)
        until(lambda: ends.up)
        yield ends


def test_messages_go_both_ways_as_they_are(ends: Ends) -> None:
    payload = bytes(range(256)) * 60
    assert ends.host.say(BOARD, "board", payload)
    assert ends.unit.say(NOTE, "note", b"a", "a")
    until(lambda: ends.at_unit.messages and ends.at_host.messages)
    assert (ends.at_unit.messages, ends.at_host.messages) == ([("board", payload)], [("note", b"a")])
    assert (ends.at_unit.reasons, ends.at_host.reasons) == ({}, {})


@pytest.mark.parametrize("spoil", [flipping(1e-4), flipping(1e-3), losing(1e-3)], ids=["1e-4", "1e-3", "lost"])
def test_on_a_bad_line_what_is_said_again_arrives_and_nothing_else_does(
    ends: Ends, spoil: Callable[[bytes], bytes]
) -> None:
    ends.rig.spoil = spoil
    wanted = {b"%d" % number * 40 for number in range(50)}
    deadline = time.monotonic() + 30
    while {payload for _, payload in ends.at_host.messages} != wanted:
        assert time.monotonic() < deadline
        for payload in wanted - {payload for _, payload in ends.at_host.messages}:
            ends.unit.say(NOTE, "note", payload)
        threading.Event().wait(0.05)
    assert {topic for topic, _ in ends.at_host.messages} == {"note"}
    assert ends.at_host.reasons


def test_a_flood_of_noise_brings_nothing_down_and_nothing_in(ends: Ends) -> None:
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            ends.rig.put("host", os.urandom(4000))

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        for number in range(5):
            ends.host.say(BOARD, "board", b"%d" % number)
            until(lambda: ends.at_unit.messages[-1:] == [("board", b"%d" % number)])  # noqa: B023  # ran at once
    finally:
        stop.set()
        flooding.join(10)
    assert ends.at_host.messages == []
    assert sum(ends.at_host.reasons.values()) > 100
    # Within the time in which a silent end is given up, the unit is heard again behind what is left of the noise.
    until(lambda: ends.up)
    ends.unit.say(NOTE, "note", b"a")
    until(lambda: ends.at_host.messages == [("note", b"a")])


def test_a_flood_costs_little_of_the_processor(ends: Ends) -> None:
    stop = threading.Event()
    frame = framed(frames.Carried(Speaker.UNIT, b"none", "belbord/unit/balie-1/note", b"x" * 200)) * 10

    def flood() -> None:
        while not stop.is_set():
            ends.rig.put("host", frame)

    flooding = threading.Thread(target=flood)
    before = ends.rig.carried["unit"]
    flooding.start()
    began, busy = time.monotonic(), _cpu_of(ends.host)
    stop.wait(3.0)
    took, spent = time.monotonic() - began, _cpu_of(ends.host) - busy
    stop.set()
    flooding.join(10)
    assert ends.rig.carried["unit"] - before < 1000  # all of it came from nowhere
    assert ends.at_host.reasons["a message from before, or meant for another"] > 100
    assert spent / took < 0.25


def _cpu_of(line: SerialLine) -> float:
    """Processor seconds of the line's thread so far (proc(5), task/stat)."""
    stat = Path(f"/proc/self/task/{line._thread.native_id}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def test_a_cable_that_is_pulled_out_and_put_in_again_carries_on_by_itself(ends: Ends) -> None:
    for round_ in range(1, 4):
        ends.rig.unplug()
        until(lambda: not ends.unit.is_up and not ends.host.is_up)
        assert not ends.host.say(BOARD, "board", b"lost")
        ends.rig.plug()
        until(lambda: ends.up)
        ends.host.say(BOARD, "board", b"%d" % round_)
        until(lambda: ends.at_unit.messages[-1:] == [("board", b"%d" % round_)])  # noqa: B023  # ran at once
    assert ends.at_unit.downs == ends.at_host.downs == 3
    assert b"lost" not in [payload for _, payload in ends.at_unit.messages]


def test_a_line_that_goes_dead_is_told_within_the_silence(ends: Ends) -> None:
    ends.rig.spoil = lambda _piece: b""
    began = time.monotonic()
    until(lambda: not ends.unit.is_up and not ends.host.is_up)
    assert time.monotonic() - began < 9
    ends.rig.spoil = bytes
    until(lambda: ends.up, within_s=3)


def test_a_port_that_takes_nothing_holds_nobody_up(tmp_path: Path) -> None:
    master, slave = os.openpty()
    hearing = Hearing()
    try:
        with SerialLine(os.ttyname(slave), Speaker.HOST, UNIT, hearing) as line:
            until(lambda: (_ := os.read(master, 1)))  # it is open
            line._up = True  # as if somebody had answered, and then read no more
            began = time.monotonic()
            for number in range(3000):
                line.say(RECEIPT, "receipt", b"%d" % number * 100)
                line.say(BOARD, "board", b"x" * 10_000)
            assert time.monotonic() - began < 2
            assert len(line._outgoing) <= 501
            began = time.monotonic()
        assert time.monotonic() - began < serial_line.STOP_WITHIN_S
    finally:
        os.close(master)
        os.close(slave)


def test_another_version_is_told_with_the_remedy(tmp_path: Path) -> None:
    body = bytes([2, 1, 2]) + b"mark" + b"mark" + UNIT.encode()
    newer = b"\0" + frames.stuffed(body + zlib.crc32(body).to_bytes(4, "little")) + b"\0"
    hearing = Hearing()
    with CableRig(tmp_path) as rig, SerialLine(str(rig.unit), Speaker.UNIT, UNIT, hearing) as line:
        until(lambda: rig.carried["unit"])  # what came before the port was open is thrown away
        for _ in range(3):
            rig.put("unit", newer)
        until(lambda: hearing.reasons)
        assert not line.is_up
    assert list(hearing.reasons) == ["frames of version 2, this program speaks 1: update the older end"]


def test_two_units_that_were_swapped_are_told_apart(tmp_path: Path) -> None:
    here, there = Hearing(), Hearing()
    with (
        CableRig(tmp_path) as rig,
        SerialLine(str(rig.unit), Speaker.UNIT, UnitName("balie-2"), there),
        SerialLine(str(rig.host), Speaker.HOST, UNIT, here),
    ):
        until(lambda: here.reasons and there.reasons)
        assert (here.ups, there.ups) == (0, 0)
    assert list(here.reasons) == ["unit balie-2 is on this cable, not balie-1: name it in the configuration"]


def test_a_port_that_is_not_there_is_told_once_and_opened_as_soon_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rig = CableRig(tmp_path)
    hearing = Hearing()
    with SerialLine(str(rig.unit), Speaker.UNIT, UNIT, hearing) as line:
        until(lambda: caplog.records)
        threading.Event().wait(1.0)
        assert [record.message for record in caplog.records] == [
            f"cable balie-1: {rig.unit}: it is not there: is the cable in?; trying again"
        ]
        with rig, SerialLine(str(rig.host), Speaker.HOST, UNIT, Hearing()):
            until(lambda: line.is_up, within_s=5)


def test_a_name_that_means_another_port_by_now_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial_line, "REOPEN_AFTER_S", 0.5)
    (tmp_path / "dead").mkdir()
    (tmp_path / "live").mkdir()
    name = tmp_path / "by-id"
    with CableRig(tmp_path / "dead") as dead, CableRig(tmp_path / "live") as live:
        name.symlink_to(dead.unit.readlink())
        with (
            SerialLine(str(name), Speaker.UNIT, UNIT, Hearing()) as line,
            SerialLine(str(live.host), Speaker.HOST, UNIT, Hearing()),
        ):
            until(lambda: dead.carried["unit"])
            name.unlink()
            name.symlink_to(live.unit.readlink())
            until(lambda: line.is_up, within_s=10)


def test_a_hearer_that_fails_does_not_end_the_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Hearing):
        def heard(self, topic: str, payload: bytes) -> None:
            super().heard(topic, payload)
            if len(self.messages) == 1:
                raise KeyError("0612345678")

    failing = Failing()
    with (
        CableRig(tmp_path) as rig,
        SerialLine(str(rig.unit), Speaker.UNIT, UNIT, failing) as unit,
        SerialLine(str(rig.host), Speaker.HOST, UNIT, Hearing()) as host,
    ):
        until(lambda: unit.is_up and host.is_up)
        host.say(BOARD, "board", b"1")
        until(lambda: failing.messages and failing.downs == 1)
        until(lambda: unit.is_up and host.is_up)
        host.say(BOARD, "board", b"2")
        until(lambda: failing.messages[-1:] == [("board", b"2")])
    assert "KeyError" in caplog.text
    assert "0612345678" not in caplog.text


def test_a_port_that_another_program_has_is_told(tmp_path: Path) -> None:
    with CableRig(tmp_path) as rig, opened(str(rig.unit)):
        with pytest.raises(PortFault, match="another program has it"), opened(str(rig.unit)):
            pass
        with pytest.raises(PortFault, match="is not there"), opened(str(tmp_path / "none")):
            pass


class _Aged(Hearing):
    """Each board says when it was said: how old it is on arrival, in seconds."""

    ages: list[float]

    def heard(self, topic: str, payload: bytes) -> None:
        if topic == "board":
            self.ages.append(time.monotonic() - float(payload[:20]))
        else:
            super().heard(topic, payload)


def test_at_115200_baud_a_board_gives_way_to_a_newer_one_and_receipts_get_through(tmp_path: Path) -> None:
    at_unit = _Aged()
    at_unit.ages = []
    with (
        CableRig(tmp_path, BYTES_PER_S) as rig,
        SerialLine(str(rig.unit), Speaker.UNIT, UNIT, at_unit) as unit,
        SerialLine(str(rig.host), Speaker.HOST, UNIT, Hearing()) as host,
    ):
        until(lambda: unit.is_up and host.is_up)
        before, began = rig.carried["host"], time.monotonic()
        for number in range(250):
            host.say(BOARD, "board", b"%020.6f" % time.monotonic() + b"x" * 1200)
            if number % 10 == 0:
                host.say(RECEIPT, "receipt", b"%d" % number)
            threading.Event().wait(0.01)
        # Ten times what fits was said: the line is full all the time, and what comes is never far behind.
        assert rig.carried["host"] - before > 0.75 * BYTES_PER_S * (time.monotonic() - began)
        until(lambda: len(at_unit.messages) == 25, within_s=5)
        assert max(at_unit.ages) < 4
        assert unit.is_up
        assert host.is_up


def test_only_one_file_knows_pyserial() -> None:
    root = Path(__file__).parents[2]
    asked = subprocess.run(
        ["grep", "-rlE", r"^\s*(import|from) serial\b", "broker", "device", "host_agent"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert asked.stdout.split() == ["broker/serial_port.py"]
