"""What the unit says to the host: a hello with a fresh nonce every 5 s, and each note until its receipt."""

from dataclasses import replace

from broker.messages import Health, Hello
from device.core import freshness, notes, press
from device.core.effects import Effect, SayHello, SendNote
from device.core.rules import HELLO_EVERY_S
from device.core.unit import Unit


def speak(unit: Unit) -> tuple[Unit, tuple[Effect, ...]]:
    """Hello and notes that are due, while the link is up."""
    if not unit.link_up or unit.stopping:
        return unit, ()
    effects: list[Effect] = []
    now = unit.now
    if now >= unit.hello_due:
        unit, nonce = press.draw(unit, 8)
        unit = replace(unit, nonces=freshness.remember(unit.nonces, nonce, now), hello_due=now + HELLO_EVERY_S)
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
        health=Health(glass=unit.glass, storage=unit.storage, button="fault" if unit.stuck else "ok"),
    )
