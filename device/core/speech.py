"""What the unit says to the host: a hello with a fresh nonce every 5 s and when the sign changes, and each note until
its receipt.
"""

from dataclasses import replace

from broker.messages import Health, Hello
from device.core import freshness, notes, press
from device.core.effects import Effect, SayHello, SendNote
from device.core.events import Measured
from device.core.rules import HELLO_APART_S, HELLO_EVERY_S, HELLO_WHEN_OLD_S
from device.core.unit import Unit


def speak(unit: Unit) -> tuple[Unit, tuple[Effect, ...]]:
    """Hello and notes that are due, while the link is up."""
    if not unit.link_up or unit.stopping:
        return unit, ()
    effects: list[Effect] = []
    now = unit.now
    if unit.sign.state != unit.hello_sign and unit.nonces:
        unit = replace(unit, hello_due=min(unit.hello_due, unit.nonces[-1].at + HELLO_APART_S))
    if now >= unit.hello_due:
        unit, nonce = press.draw(unit, 8)
        again = HELLO_EVERY_S if freshness.is_fresh(unit.board, now) else HELLO_WHEN_OLD_S
        nonces = freshness.remember(unit.nonces, nonce, now)
        unit = replace(unit, nonces=nonces, hello_due=now + again, hello_sign=unit.sign.state)
        effects.append(SayHello(hello(unit, nonce)))
    entries = []
    for entry in unit.entries:
        if entry.durable is not None and notes.sendable(entry) and entry.due is not None and now >= entry.due:
            effects.append(SendNote(notes.on_wire(entry.durable, now, unit.boot)))
            entries.append(notes.sent(entry, now))
        else:
            entries.append(entry)
    return (replace(unit, entries=tuple(entries)) if len(effects) else unit), tuple(effects)


def hello(unit: Unit, nonce: str) -> Hello:
    """The unit's sign of life with `nonce` for the host to echo."""
    return Hello(
        nonce=nonce,
        boot=unit.boot,
        version=unit.version,
        sign=unit.sign.state,
        sign_reason=unit.sign.reason,
        notes_waiting=sum(entry.durable is not None for entry in unit.entries),
        uptime_s=max(0.0, unit.now - unit.started_at) if unit.started_at is not None else 0.0,
        health=health(unit),
        can_update=unit.can_update,
        went_back_from=unit.went_back_from,
    )


def health(unit: Unit) -> Health:
    """What works, and what was measured last."""
    found = unit.measured or Measured(unit.now)
    return Health(
        glass=unit.glass,
        storage=unit.storage,
        button="fault" if unit.stuck else "ok",
        temperature_c=found.temperature_c,
        disk_free_mb=found.disk_free_mb,
        wifi_dbm=found.wifi_dbm,
        undervolted=found.undervolted,
        resets=found.resets,
    )
