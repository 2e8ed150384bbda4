"""The host's end of a cable, against a unit's end on the other pseudo-terminal."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from broker import topics
from broker.codec import decode, encode
from broker.frames import Speaker
from broker.messages import Hello, Note
from broker.names import UnitName
from broker.serial_line import SerialLine
from host_agent.config import Config, parse
from host_agent.errors import ConfigFault
from host_agent.serial_gateway import MOST_WAITING
from tests.host_agent.host_parts import OFFICE, Host, host_at, until
from tests.serial.cable_rig import CableRig
from tests.serial.test_line import Hearing

UNIT = UnitName("balie-1")


def _config(folder: Path, cables: str) -> Config:
    secret = folder / "mqtt-password"
    secret.touch(0o600)
    secret.write_text("-\n")
    return parse(OFFICE.format(port=1, web=8088) + cables, folder=folder)


def _with_a_unit(folder: Path, story: Callable[[Host, SerialLine, Hearing], Awaitable[None]]) -> None:
    async def run(rig: CableRig) -> None:
        config = _config(folder, f'[[serial]]\nport = "{rig.host}"\nunit = "balie-1"\n')
        heard = Hearing()
        async with host_at(config) as host:
            with SerialLine(str(rig.unit), Speaker.UNIT, UNIT, heard) as line:
                await until(lambda: line.is_up and host.link.gateway.reaches(UNIT))
                await story(host, line, heard)

    with CableRig(folder) as rig:
        asyncio.run(run(rig))


def _say(line: SerialLine, row: topics.Row, message: Any, unit: str = UNIT) -> None:
    assert line.say(row, topics.unit_topic("belbord", row, UnitName(unit)), encode(message))


def test_a_hello_by_cable_is_answered_by_cable_with_its_nonce(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, heard: Hearing) -> None:
        nonce = secrets.token_hex(8)
        _say(line, topics.HELLO, Hello(nonce=nonce))
        await until(lambda: heard.messages)
        topic, payload = heard.messages[0]
        assert topic == "belbord/unit/balie-1/board"
        assert decode(topics.BOARD, payload).echo == nonce
        assert not host.link.bus.is_up

    _with_a_unit(tmp_path, story)


def test_a_unit_speaks_on_its_own_topics_and_on_no_others(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, _heard: Hearing) -> None:
        _say(line, topics.HELLO, Hello(nonce=secrets.token_hex(8)), "balie-2")
        line.say(topics.BOARD, "belbord/unit/balie-1/board", b"{}")
        line.say(topics.NOTE, "elsewhere/unit/balie-1/note", encode(Note(id="a" * 32)))
        await until(lambda: sum(host.link.refused.values()) >= 3)
        assert list(host.link.refused) == [
            "unit balie-1, cable: a topic that is not its own: has it the same root?",
        ]
        assert host.live.presences["balie-2"].hello is None

    _with_a_unit(tmp_path, story)


def test_a_note_by_cable_is_committed_and_receipted_by_cable(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, heard: Hearing) -> None:
        note = Note(id=secrets.token_hex(16), pressed_s_ago=1.0)
        for _ in range(3):
            _say(line, topics.NOTE, note)
        await until(lambda: any(topic.endswith("/receipt") for topic, _ in heard.messages))
        receipt = next(payload for topic, payload in heard.messages if topic.endswith("/receipt"))
        assert decode(topics.RECEIPT, receipt).id == note.id
        assert host.store.find(note.id) is not None

    _with_a_unit(tmp_path, story)


def test_a_payload_that_is_not_the_language_is_refused_as_on_the_bus(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, _heard: Hearing) -> None:
        line.say(topics.HELLO, "belbord/unit/balie-1/hello", b'{"v": 2}')
        await until(lambda: host.link.refused)
        assert "version '2', this program speaks 1" in next(iter(host.link.refused))

    _with_a_unit(tmp_path, story)


def test_a_will_from_the_broker_does_not_end_a_unit_whose_cable_holds(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, _heard: Hearing) -> None:
        _say(line, topics.HELLO, Hello(nonce=secrets.token_hex(8)))

        def hello() -> Hello | None:
            return host.live.presences[UNIT].hello

        await until(lambda: hello() is not None)
        will = encode(Hello(online=False))
        host.link._take_in("belbord/unit/balie-1/hello", will, False)
        assert hello().online  # type: ignore[union-attr]  # it spoke
        _say(line, topics.HELLO, Hello(online=False))
        await until(lambda: not hello().online)  # type: ignore[union-attr]  # it spoke

    _with_a_unit(tmp_path, story)


def test_a_loop_that_is_busy_is_handed_no_more_than_fits(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, _heard: Hearing) -> None:
        end = host.link.gateway._ends[UNIT]
        payload = encode(Note(id="a" * 32))
        for _ in range(MOST_WAITING * 5):  # as the line's thread does, while the loop does not turn
            end.heard("belbord/unit/balie-1/note", payload)
        assert len(end._brought) == MOST_WAITING
        await until(lambda: not end._brought)
        assert host.link.refused["unit balie-1, cable: more than can be taken in"] > 0

    _with_a_unit(tmp_path, story)


def test_only_the_unit_at_its_end_is_reached(tmp_path: Path) -> None:
    async def story(host: Host, line: SerialLine, heard: Hearing) -> None:
        gateway = host.link.gateway
        assert not gateway.send(topics.BOARD, "belbord/unit/balie-2/board", b"{}")
        assert not gateway.send(topics.QUEUE, "belbord/queue/receptie", b"{}")
        assert not gateway.send(topics.NOTE, "belbord/unit/balie-1/note", b"{}")
        assert gateway.send(topics.BOARD, "belbord/unit/balie-1/board", b"{}")
        await until(lambda: heard.messages)
        assert heard.messages == [("belbord/unit/balie-1/board", b"{}")]

    _with_a_unit(tmp_path, story)


@pytest.mark.parametrize(
    ("cables", "told"),
    [
        ('[[serial]]\nport = "/dev/ttyUSB0"\nunit = "balie-1"\n', "a name that stays when cables are changed"),
        ('[[serial]]\nport = "COM3"\nunit = "balie-1"\n', "the path of a serial port"),
        ('[[serial]]\nport = "/dev/a"\nunit = "bali-1"\n', "Did you mean 'balie-1'?"),
        ('[[serial]]\nunit = "balie-1"\n', "serial[1].port: found nothing"),
        ('[[serial]]\nport = "/dev/a"\nunit = "balie-1"\nbaud = 9600\n', "serial[1].baud"),
        ('[[serial]]\nport = "/dev/a"\nunit = "balie-1"\n' * 2, "each port once"),
    ],
)
def test_what_is_wrong_with_a_cable_is_told(tmp_path: Path, cables: str, told: str) -> None:
    with pytest.raises(ConfigFault) as caught:
        _config(tmp_path, cables)
    assert told in str(caught.value)
