"""Tells a Home Assistant of each unit: announced as either comes up, told as it changes, taken back when gone.

Which units were announced stands in a file beside the store, so that one is taken back that left while we were away.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import msgspec

from broker.home import BIRTH, HomeState, birth_topic, button_topic, device_topic, state_topic
from broker.messages import Note
from broker.names import UnitName
from broker.topics import Direction, Row
from host_agent.config import Config, Unit
from host_agent.core.home_assistant import EntityNames, button_event, device, gone, is_told_anew, state
from host_agent.core.presence import Presence
from host_agent.live import LiveOffice
from host_agent.words import translations

log = logging.getLogger(__name__)

GAP_S = 0.5
LOOK_S = 5.0
Send = Callable[[Row, str, bytes], bool]
_ANNOUNCED = Row("home_device", "", Direction.HOST_TO_ANYONE, None, qos=1, retained=True)
_TOLD = Row("home_state", "", Direction.HOST_TO_ANYONE, None, qos=0)
_PRESSED = Row("home_button", "", Direction.HOST_TO_ANYONE, None, qos=1)


def announced_beside(store: Path) -> Path:
    """The file that says which units were announced."""
    return store.with_name(store.name + ".home-assistant")


class HomeAssistant:
    """Speaks for each unit of the office, or for none when it is off: then it takes back what was announced."""

    def __init__(self, config: Config, live: LiveOffice, send: Send) -> None:
        self._prefix = config.home.prefix
        self.is_on = config.home.is_on
        self._units = self._wanted(config)
        self._live = live
        self._send = send
        self._file = announced_beside(config.store)
        self._announced = self._read()
        self._told: dict[str, tuple[HomeState, float]] = {}
        _ = translations("nl" if config.language == "auto" else config.language).gettext
        self._names = EntityNames(_("Wachtenden"), _("Langst wachtend"), _("Bordje"), _("Verbinding"), _("Knop"))
        self._pages = config.web.address

    @property
    def birth_topic(self) -> str:
        """Where to hear that Home Assistant came up."""
        return birth_topic(self._prefix)

    async def run(self) -> None:
        """Tell what changes, until cancelled."""
        seen = -1
        while self.is_on:
            self.tell()
            await asyncio.sleep(GAP_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    seen = await self._live.changes.after(seen)

    def know(self, config: Config) -> None:
        """Speak for the units of `config` from now on."""
        self._units = self._wanted(config)
        self.announce()

    def heard(self, payload: bytes) -> None:
        """Home Assistant said something of itself: when it came up, it is told everything."""
        if self.is_on and payload == BIRTH:
            self.announce()

    def announce(self) -> None:
        """Announce each unit and tell its state; take back those that are gone."""
        for left in gone(self._announced, frozenset(self._units)):
            if self._send(_ANNOUNCED, device_topic(self._prefix, left), b""):
                self._announced -= {left}
        for name, unit in self._units.items():
            said = device(unit, self._prefix, self._names, version("belbord"), self._pages)
            # Written down first: one that is announced is always known to have been.
            self._keep(self._announced | {name})
            self._send(_ANNOUNCED, device_topic(self._prefix, unit.name), msgspec.json.encode(said))
        self._keep(self._announced)
        self._told.clear()
        self.tell()
        # And once more soon: it may hear an announcement, and begin to listen only after that.
        self._told.clear()

    def tell(self) -> None:
        """Tell the state of each unit of which it is news."""
        now = self._live.clock()
        for name, unit in self._units.items():
            fresh = state(unit, self._live.office, self._live.presences.get(name, Presence()), now)
            told, at = self._told.get(name, (None, now))
            if is_told_anew(told, fresh, now - at) and self._send(
                _TOLD, state_topic(self._prefix, unit.name), msgspec.json.encode(fresh)
            ):
                self._told[name] = (fresh, now)

    def pressed(self, unit: str, note: Note) -> None:
        """A note of this unit was just written."""
        event = button_event(note)
        if event is not None and unit in self._units:
            self._send(_PRESSED, button_topic(self._prefix, UnitName(unit)), msgspec.json.encode(event))

    def _wanted(self, config: Config) -> dict[str, Unit]:
        return {unit.name: unit for unit in config.units} if self.is_on else {}

    def _read(self) -> frozenset[str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(str(each) for each in found) if isinstance(found, list) else frozenset()

    def _keep(self, announced: frozenset[str]) -> None:
        self._announced = announced
        if announced == self._read():
            return
        try:
            new = self._file.with_name(self._file.name + ".new")
            new.write_text(json.dumps(sorted(announced)), encoding="utf-8")
            new.replace(self._file)
        except OSError as fault:
            log.warning(
                "%s: cannot be written (%s): a unit that goes may stay in Home Assistant", self._file, fault.strerror
            )
