"""Host and units on a real Mosquitto."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from broker.messages import Caller, Hello, Note
from broker.mosquitto import RunningBroker, free_port, running
from broker.topics import Row
from host_agent.config import Config
from host_agent.core.callers import Party, WaitingCaller
from host_agent.core.events import CallerJoined, CallerLeft, PbxAway, PbxConnected, QueueSeen, SnapshotTaken
from host_agent.core.notes import FillIn
from tests.host_agent.desk_unit import DeskUnit
from tests.host_agent.host_parts import Host, host_at, office_config, until


def _together(config: Config, story: Callable[[Host], Awaitable[None]]) -> None:
    async def run() -> None:
        async with host_at(config) as host:
            await until(lambda: host.link.bus.is_up)
            await story(host)

    asyncio.run(run())


def _nonce() -> str:
    return secrets.token_hex(8)


def _note(**said: object) -> Note:
    return Note(**{"id": secrets.token_hex(16), "pressed_s_ago": 3.0, **said})  # type: ignore[arg-type]


def _up(host: Host, waiting: int = 0) -> None:
    now = host.live.clock()
    callers = tuple(WaitingCaller(f"call-{n}", Party("0612345678"), now - 10) for n in range(waiting))
    host.live.deliver([PbxConnected(now), SnapshotTaken(now, (QueueSeen("receptie", waiting, callers),))])


def _joined(host: Host, call: str, waiting: int) -> None:
    now = host.live.clock()
    host.live.deliver([CallerJoined(now, "receptie", WaitingCaller(call, Party("0612345678"), now), waiting)])


def test_a_hello_is_answered_with_the_whole_board_and_its_nonce(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        _up(host, waiting=2)
        with DeskUnit(mosquitto, "balie-1") as unit:
            for nonce in (_nonce(), _nonce()):
                unit.say("hello", Hello(nonce=nonce))
                board = await asyncio.to_thread(unit.next, "/board")
                while board["echo"] != nonce:
                    board = await asyncio.to_thread(unit.next, "/board")
                assert (board["pbx"], board["queues"][0]["waiting"]) == ("up", 2)
                assert board["line"]["extension"] == "100"

    _together(office_on_mosquitto, story)


def test_a_caller_who_joins_is_told_to_the_units_of_that_queue_alone(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        _up(host)
        with DeskUnit(mosquitto, "balie-1") as concerned, DeskUnit(mosquitto, "balie-2") as other:
            other.say("hello", Hello(nonce=_nonce()))
            await asyncio.to_thread(other.next, "/board")
            _joined(host, "a", 1)
            board = await asyncio.to_thread(concerned.next, "/board")
            while board["queues"][0]["waiting"] != 1:
                board = await asyncio.to_thread(concerned.next, "/board")
            other.say("hello", Hello(nonce=(nonce := _nonce())))
            assert (await asyncio.to_thread(other.next, "/board"))["echo"] == nonce

    _together(office_on_mosquitto, story)


def test_a_burst_is_told_at_once_and_then_at_most_ten_times_a_second_and_ends_true(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        _up(host)
        with DeskUnit(mosquitto, "balie-1") as unit:
            unit.say("hello", Hello(nonce=_nonce()))
            await asyncio.to_thread(unit.next, "/board")
            began = host.live.clock()
            changes = 0
            while host.live.clock() - began < 1.0:
                changes += 1
                _joined(host, f"call-{changes}", changes)
                await asyncio.sleep(0)
            boards = [await asyncio.to_thread(unit.next, "/board")]
            while boards[-1]["queues"][0]["waiting"] != changes:
                boards.append(await asyncio.to_thread(unit.next, "/board"))
            assert changes > 100
            assert 2 <= len(boards) <= 13

    _together(office_on_mosquitto, story)


def _recorded(host: Host, *, reaches: bool = True) -> list[tuple[str, bytes]]:
    """What the host says from now on, in place of the bus; `reaches`: whether there is a connection."""
    said: list[tuple[str, bytes]] = []

    def send(row: Row, topic: str, payload: bytes) -> bool:
        if reaches:
            said.append((topic, payload))
        return reaches

    host.link.bus.send = send  # type: ignore[method-assign]
    return said


def _rested(host: Host) -> None:
    """`balie-1` knows all there is, and has known it for a minute."""
    _up(host)
    host.link.boards.answer(host.config.units[0])
    later = host.live.clock() + 60.0
    host.live.clock = lambda: later


def test_a_change_right_after_the_answer_to_a_hello_is_told_in_the_same_turn_of_the_loop(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        _rested(host)
        said = _recorded(host)
        host.link.boards.answer(host.config.units[0])
        _joined(host, "a", 1)
        assert [topic for topic, _ in said].count("belbord/unit/balie-1/board") == 2

    _together(office_on_mosquitto, story)


def test_a_change_that_could_not_be_sent_is_told_as_soon_as_the_host_is_back(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        _rested(host)
        _recorded(host, reaches=False)
        _joined(host, "a", 1)
        said = _recorded(host)
        host.link._came_up()
        (board,) = [payload for topic, payload in said if topic == "belbord/unit/balie-1/board"]
        assert b'"waiting":1' in board

    _together(office_on_mosquitto, story)


def test_what_a_unit_already_knows_is_not_sent_again(mosquitto: RunningBroker, office_on_mosquitto: Config) -> None:
    async def story(host: Host) -> None:
        _up(host, waiting=1)
        with DeskUnit(mosquitto, "balie-1") as unit:
            unit.say("hello", Hello(nonce=(nonce := _nonce())))
            while (await asyncio.to_thread(unit.next, "/board"))["echo"] != nonce:
                pass
            now = host.live.clock()
            for _ in range(20):
                callers = host.live.office.queues["receptie"].callers
                host.live.deliver([SnapshotTaken(now, (QueueSeen("receptie", 1, callers),))])
                await asyncio.sleep(0.02)
            assert unit.has_heard("/board") == 0

    _together(office_on_mosquitto, story)


def test_a_note_is_receipted_after_it_is_on_the_disk_and_again_when_sent_again(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        with DeskUnit(mosquitto, "balie-1") as unit:
            note = _note(caller=Caller(number="0612345678"))
            for _ in range(3):
                unit.say("note", note)
                receipt = await asyncio.to_thread(unit.next, "/receipt")
                assert (receipt["id"], receipt["rev"]) == (note.id, 1)
                assert host.store.find(note.id) is not None
            assert len(host.store.shelf("open", now=0.0, limit=10)) == 1

    _together(office_on_mosquitto, story)


def test_a_full_outbox_comes_in_whole(mosquitto: RunningBroker, office_on_mosquitto: Config) -> None:
    async def story(host: Host) -> None:
        notes = [_note() for _ in range(300)]
        with DeskUnit(mosquitto, "balie-1") as unit:
            for note in notes:
                await asyncio.to_thread(unit.say, "note", note)
            receipts = [(await asyncio.to_thread(unit.next, "/receipt"))["id"] for _ in notes]
        assert sorted(receipts) == sorted(note.id for note in notes)

    _together(office_on_mosquitto, story)


def test_an_open_note_counts_on_the_glass_and_a_promise_that_passed_is_overdue(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        with DeskUnit(mosquitto, "balie-1") as unit:
            note = _note()
            unit.say("note", note)
            board = await asyncio.to_thread(unit.next, "/board")
            while board["inbox"] != {"open": 1, "overdue": 0}:
                board = await asyncio.to_thread(unit.next, "/board")
            promised = FillIn(caller_name=None, caller_number=None, for_whom=None, reason=None, promised_by=1.0)
            await host.inbox.change(note.id, 1, promised, who="Anja")
            while board["inbox"] != {"open": 1, "overdue": 1}:
                board = await asyncio.to_thread(unit.next, "/board")

    _together(office_on_mosquitto, story)


def test_a_note_of_a_unit_that_the_configuration_does_not_name_is_kept(
    mosquitto: RunningBroker, tmp_path: Path
) -> None:
    config = office_config(tmp_path, port=mosquitto.port, password=mosquitto.passwords["host"])
    stranger = Config(**{**vars(config), "units": config.units[:1]})

    async def story(host: Host) -> None:
        with DeskUnit(mosquitto, "balie-2") as unit:
            unit.say("note", (note := _note()))
            assert (await asyncio.to_thread(unit.next, "/receipt"))["id"] == note.id
            unit.say("hello", Hello(nonce=(nonce := _nonce())))
            board = await asyncio.to_thread(unit.next, "/board")
            assert (board["echo"], board["queues"]) == (nonce, [])

    _together(stranger, story)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe{", id="not text"),
        pytest.param(b'{"v":2,"id":"x"}', id="another version"),
        pytest.param(b'{"v":1,"id":"' + b"f" * 32 + b'","rev":"one"}', id="a wrong type"),
        pytest.param(b"[" * 10_000, id="deep"),
    ],
)
def test_a_payload_that_is_wrong_is_counted_and_the_next_note_is_taken(
    mosquitto: RunningBroker, office_on_mosquitto: Config, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(host: Host) -> None:
        with DeskUnit(mosquitto, "balie-1") as unit:
            for _ in range(3):
                unit.say("note", None, raw=payload)
            unit.say("note", (note := _note()))
            assert (await asyncio.to_thread(unit.next, "/receipt"))["id"] == note.id
            assert sum(host.link.refused.values()) == 3

    with caplog.at_level(logging.WARNING):
        _together(office_on_mosquitto, story)
    assert len([record for record in caplog.records if "refused" in record.message]) == 1


def test_a_retained_hello_is_not_news(mosquitto: RunningBroker, office_on_mosquitto: Config) -> None:
    async def story(host: Host) -> None:
        host.link._take_in("belbord/unit/balie-1/hello", b'{"v":1,"nonce":"0123456789abcdef"}', True)
        assert host.live.presences["balie-1"].hello is None
        assert sum(host.link.refused.values()) == 1

    _together(office_on_mosquitto, story)


def test_a_unit_gone_wild_is_cut_off_and_others_are_answered(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        for _ in range(5_000):
            host.link._take_in("belbord/unit/balie-2/hello", b'{"v":1}', False)
        assert host.link.refusals["flood"] > 4_000
        with DeskUnit(mosquitto, "balie-1") as unit:
            unit.say("hello", Hello(nonce=(nonce := _nonce())))
            assert (await asyncio.to_thread(unit.next, "/board"))["echo"] == nonce

    _together(office_on_mosquitto, story)


def test_queue_counts_are_retained_without_callers_and_unknown_when_the_pbx_is_away(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story(host: Host) -> None:
        _up(host, waiting=3)
        with DeskUnit(mosquitto, "balie-2") as before:
            while (counts := await asyncio.to_thread(before.next, "queue/receptie"))["waiting"] != 3:
                pass
            assert "callers" not in counts
            assert "0612345678" not in str(counts)
            with DeskUnit(mosquitto, "balie-1") as latecomer:
                assert (await asyncio.to_thread(latecomer.next, "queue/receptie"))["waiting"] == 3
            host.live.deliver([PbxAway(host.live.clock(), "gone")])
            while (counts := await asyncio.to_thread(before.next, "queue/receptie"))["known"]:
                pass
            assert counts["waiting"] is None

    _together(office_on_mosquitto, story)


def test_a_broker_that_comes_back_is_found_again_and_told_everything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    users = {"host": "h-secret", "balie-1": "u-secret"}
    config = office_config(tmp_path, port=port, password="h-secret")

    async def story() -> None:
        async with host_at(config) as host:
            for _ in range(2):
                with running(users, port=port) as broker:
                    await until(lambda: host.link.bus.is_up, within_s=20)
                    with DeskUnit(broker, "balie-1") as unit:
                        unit.say("hello", Hello(nonce=(nonce := _nonce())))
                        assert (await asyncio.to_thread(unit.next, "/board"))["echo"] == nonce
                await until(lambda: not host.link.bus.is_up)

    with caplog.at_level(logging.INFO, logger="host_agent.bus"):
        asyncio.run(story())
    said = [record.message for record in caplog.records]
    assert sum(line.endswith(": connected") for line in said) == 2
    # Absent, connected, lost, absent, connected, lost: not a line for each try.
    assert len(said) <= 7


def test_a_wrong_password_is_told_once_with_the_key_to_mend(
    mosquitto: RunningBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = office_config(tmp_path, port=mosquitto.port, password="wrong")
    tries: list[int] = []

    def shorter(attempt: int, _chance: float) -> float:
        tries.append(attempt)
        return 0.01

    monkeypatch.setattr("host_agent.bus.pause_s", shorter)

    async def story() -> None:
        async with host_at(config):
            await until(lambda: len(tries) >= 3)

    with caplog.at_level(logging.WARNING, logger="host_agent.bus"):
        asyncio.run(story())
    assert tries[:3] == [0, 1, 2]
    assert [("mqtt.password_file" in record.message) for record in caplog.records] == [True]


def test_no_callers_name_or_number_is_in_any_log_line(
    mosquitto: RunningBroker, office_on_mosquitto: Config, caplog: pytest.LogCaptureFixture
) -> None:
    canary = Caller(name="Kanarie van der Geel", number="0698765432")

    async def story(host: Host) -> None:
        now = host.live.clock()
        waiting = WaitingCaller("x", Party("0698765432", "Kanarie van der Geel"), now)
        with DeskUnit(mosquitto, "balie-1") as unit:
            _up(host)
            host.live.deliver([CallerJoined(now, "receptie", waiting, 1), CallerLeft(now, "receptie", "x", 0)])
            unit.say("note", (note := _note(caller=canary)))
            await asyncio.to_thread(unit.next, "/receipt")
            unit.say("note", _note(id=note.id, caller=Caller(name="Kanarie van der Geel", number="0698765499")))
            await asyncio.to_thread(unit.next, "/receipt")
            unit.say("note", None, raw=b'{"v":1,"caller":{"number":"0698765432","name":"Kanarie van der Geel"}}')
            unit.say("note", None, raw=b'{"v":1,"id":"Kanarie van der Geel","caller":{"number":98765432}}')
            unit.say("note", (last := _note()))
            while (await asyncio.to_thread(unit.next, "/receipt"))["id"] != last.id:
                pass

    with caplog.at_level(logging.DEBUG):
        _together(office_on_mosquitto, story)
    assert caplog.text
    assert "Kanarie" not in caplog.text
    assert "98765432" not in caplog.text
