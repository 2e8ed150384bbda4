"""How each unit is, pure: what the page of units shows, and what on it needs somebody's attention."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broker.messages import Health, Hello
from host_agent.config import Config
from host_agent.core.presence import Presence, is_here

HOT_C = 80.0
"""At 80 °C a Pi begins to slow itself down (Raspberry Pi documentation, frequency management and thermal control)."""
LITTLE_DISK_MB = 200
WEAK_WIFI_DBM = -75
WAITING_LONG_S = 60.0
"""An outbox is empty within a minute of the host being there."""


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


@dataclass(frozen=True)
class UnitCard:
    """One unit. `age_s`: since it last spoke itself; `said`: what it said then; None when it never did."""

    name: str
    label: str
    is_here: bool
    is_configured: bool
    age_s: float | None
    said: Hello | None
    concerns: tuple[str, ...]

    @property
    def health(self) -> Health:
        """What it last said of itself."""
        return self.said.health if self.said is not None else Health()

    @property
    def bars(self) -> int | None:
        """The Wi-Fi signal in bars, 1 to 4; None where there is none to tell."""
        dbm = self.health.wifi_dbm
        return None if dbm is None else 1 + sum(dbm >= least for least in (WEAK_WIFI_DBM, -67, -55))


def cards(config: Config, presences: Mapping[str, Presence], now: float) -> tuple[UnitCard, ...]:
    """The units in the order of host.toml, then those it does not name. `now`: the host's monotonic seconds."""
    labels: dict[str, str] = {unit.name: unit.label for unit in config.units}
    strangers = sorted(name for name in presences if name not in labels)
    return tuple(
        _card(name, labels.get(name, name), presences.get(name, Presence()), now, is_configured=name in labels)
        for name in (*labels, *strangers)
    )


def _card(name: str, label: str, presence: Presence, now: float, *, is_configured: bool) -> UnitCard:
    here = is_here(presence, now)
    age_s = None if presence.said_at is None else max(0.0, now - presence.said_at)
    concerns = tuple(_concerns(presence.said, is_here=here, is_configured=is_configured))
    return UnitCard(name, label, here, is_configured, age_s, presence.said, concerns)


def _concerns(said: Hello | None, *, is_here: bool, is_configured: bool) -> Iterator[str]:
    if not is_configured:
        yield _("Staat niet in host.toml: dit toestel krijgt geen wachtrijen.")
    if said is None:
        yield _("Heeft zich nog niet gemeld. Staat het aan, en kent het dit adres?")
        return
    if not is_here:
        yield _("Meldt zich niet meer. Kijk naar de stroom en het netwerk.")
    if said.went_back_from:
        yield _("De nieuwe versie kwam niet op; dit toestel nam de vorige terug.")
    health = said.health
    if health.storage != "ok":
        yield _("Kan niets bewaren: de geheugenkaart is vol of stuk.")
    if health.glass != "ok":
        yield _("Het glas antwoordt niet. Kijk naar de kabel.")
    if health.button != "ok":
        yield _("De knop zit vast.")
    if health.undervolted:
        yield _("De voeding is te zwak.")
    if health.temperature_c is not None and health.temperature_c >= HOT_C:
        yield _("Te warm: het toestel vertraagt zichzelf.")
    if health.disk_free_mb is not None and health.disk_free_mb < LITTLE_DISK_MB:
        yield _("De geheugenkaart is bijna vol.")
    if health.wifi_dbm is not None and health.wifi_dbm < WEAK_WIFI_DBM:
        yield _("Het wifisignaal is zwak.")
    if is_here and said.notes_waiting and said.uptime_s > WAITING_LONG_S:
        yield _("Er wachten notities die deze computer nog niet heeft bevestigd.")
