"""What the running host does for its office: lets units in, renews certificates, sees what commands did."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from broker.enrolment import Grant
from broker.lifetimes import renewal_due
from broker.messages import Certificate, Renewal
from host_agent.config import Config
from host_agent.config_provisioning import Provisioning
from host_agent.core.enrolment import Signed, Trust, is_open, trusted
from host_agent.errors import HostFault
from host_agent.office import deeds
from host_agent.office.authority import life_of, names_of
from host_agent.office.folder import GROUP_READS, OfficeFolder
from host_agent.office.reception import Reception
from host_agent.office.shutting_out import Outcome, shut_out, tell_broker
from host_agent.office.unit_files import UnitFile

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
OWN_EVERY_S = 3600.0
BROKER_READS = "Mosquitto must read its files again, and we may not tell it: systemctl reload mosquitto"


class Office:
    """The living side of an office's folder.

    `on_change` is told of the configuration with the units as they are now and of who is revoked; `heard_since(unit,
    moment)` says whether a unit spoke after a moment of `ticking`. `reload` reads the configuration again.
    """

    def __init__(
        self,
        config: Config,
        provisioning: Provisioning,
        reload: Callable[[], Config],
        *,
        clock: Callable[[], float] = time.time,
        ticking: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = OfficeFolder(provisioning.folder)
        self.on_change: Callable[[Config, frozenset[str]], None] = lambda _config, _revoked: None
        self.heard_since: Callable[[str, float], bool] = lambda _unit, _moment: False
        self._config = config
        self._provisioning = provisioning
        self._reload = reload
        self._clock = clock
        self._ticking = ticking
        self._accepted: dict[str, float] = {}
        self._reception = Reception(self.folder, provisioning.listen, self._grant, clock, self._done)

    async def run(self) -> None:
        """Look after the office until cancelled."""
        seen: object = None
        own_at = float("-inf")
        try:
            while True:
                try:
                    if self._ticking() - own_at >= OWN_EVERY_S:
                        own_at = self._ticking()
                        await asyncio.to_thread(self._renew_own)
                    if (stamp := self.folder.stamp()) != seen:
                        self._changed()
                        seen = stamp
                    await self._open_or_close()
                except HostFault as fault:
                    log.warning("office: %s", fault)
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await self._reception.close()

    async def renew(self, unit: str, wish: Renewal) -> Certificate | None:
        """The next certificate of a unit that the broker knows by its present one; None when it may have none."""
        try:
            pem = await asyncio.to_thread(deeds.renewed, self.folder, unit, wish.request, self._clock())
        except HostFault as fault:
            log.warning("office: %s", fault)
            return None
        log.info("unit %s %s", unit, "has a new certificate" if pem else "asked for a certificate that is not due")
        return None if pem is None else Certificate(certificate=pem)

    @property
    def place(self) -> str:
        """Where a unit enrols, as a person types it behind the code and an @."""
        return self._provisioning.enrolment_place

    def added(self) -> frozenset[str]:
        """The units that were added here, let in yet or not."""
        return frozenset(path.stem for path in self.folder.units.glob("*.toml"))

    async def trusted(self) -> Mapping[str, Trust]:
        """Every name with a good certificate or an open code. Raises HostFault."""
        now = self._clock()
        return await asyncio.to_thread(lambda: trusted(self.folder.issued(), self.folder.enrolments(), now))

    async def expect(self, unit: UnitFile) -> str:
        """Let this unit enrol once within `CODE_LASTS_S`; its code, which is kept nowhere. Raises HostFault."""
        code = await asyncio.to_thread(deeds.expect, self.folder, unit, self._clock())
        log.info("unit %s is expected", unit.name)
        return code

    async def revoke(self, unit: str) -> Outcome | None:
        """Trust a unit no more and end its session; None for one never seen. Takes seconds. Raises HostFault."""
        now = self._clock()
        probe = await asyncio.to_thread(deeds.revoke, self.folder, unit, now)
        if probe is None:
            return None
        tell_broker(self._provisioning.broker_pid_file)
        outcome = await shut_out(self._config.mqtt, self.folder.authority(), unit, probe, now)
        log.info("unit %s is revoked: %s", unit, outcome)
        # `run` would see it within a second; who asked sees it in the answer.
        with suppress(HostFault):
            self._changed()
        return outcome

    def _grant(self, unit: str, authority: str, certificate: str) -> Grant:
        language = self._config.language
        return Grant(
            unit=unit,
            host=self._provisioning.address,
            port=self._config.mqtt.port,
            root=self._config.mqtt.root,
            language="nl" if language == "auto" else language,
            authority=authority,
            certificate=certificate,
        )

    def _done(self, done: deeds.Done) -> None:
        if done.accepted is not None:
            self._accepted[done.accepted] = self._ticking()
        if done.has_revoked and not tell_broker(self._provisioning.broker_pid_file):
            log.warning("a unit was replaced: %s", BROKER_READS)

    def _changed(self) -> None:
        try:
            self._config = self._reload()
        except HostFault as fault:
            log.warning("units are not read again: %s", fault)
        self.on_change(self._config, deeds.revoked_units(self.folder.issued()))

    async def _open_or_close(self) -> None:
        now = self._clock()
        waiting = False
        for each in self.folder.enrolments():
            accepted_at = self._accepted.get(each.unit)
            if not is_open(each, now):
                log.info("unit %s is no longer expected", each.unit)
                self.folder.forget_enrolment(each.unit)
            elif accepted_at is not None and each.grant is not None and self.heard_since(each.unit, accepted_at):
                self.folder.forget_enrolment(each.unit)
                del self._accepted[each.unit]
            else:
                waiting = True
        await (self._reception.open() if waiting else self._reception.close())

    def _renew_own(self) -> None:
        """The host's own certificates, when a third of their life is left."""
        folder, now = self.folder, self._clock()
        with folder.locked():
            if _is_due(folder.host_certificate, now):
                signed, pem = folder.authority().for_host(now)
                _remember(folder, signed, now)
                folder.write(folder.host_certificate, pem)
                log.info("the host has a new certificate")
            server = folder.server_certificate
            if not _is_due(server, now):
                return
            _, pem = folder.authority().for_server(names_of(server.read_bytes()), now)
            folder.write(server, pem, GROUP_READS)
        if tell_broker(self._provisioning.broker_pid_file):
            log.info("the broker has a new certificate")
        else:
            log.warning("the broker's certificate was renewed: %s", BROKER_READS)


def _is_due(place: Path, now: float) -> bool:
    try:
        return renewal_due(*life_of(place.read_bytes()), now)
    except OSError as fault:
        raise HostFault(f"{place}: {fault.strerror}; `belbord-host init` makes it") from None


def _remember(folder: OfficeFolder, signed: Signed, now: float) -> None:
    folder.keep_issued([*folder.issued(), signed], now)
