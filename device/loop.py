"""The one loop: wait, step, perform. It knows core and ports, and sleeps exactly until the core has a reason."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from queue import Empty
from typing import assert_never

from device.core import effects as do
from device.core.deadlines import next_wake
from device.core.events import Event, Tick
from device.core.step import act, appear
from device.core.unit import Unit
from device.ports import Buzzer, Inbox, Link, Outbox, Screen, Sign, Updates, WallClock, Watchdog, Worker

log = logging.getLogger(__name__)

PATIENCE_S = 90.0
"""A worn card may take half a minute to sync (E7), and a resolver as long to say no: slow is not hung."""


@dataclass(frozen=True)
class Drivers:
    """Where effects go. Counter, buzzer and clock are not in every unit. `workers`: by name, who must not hang."""

    screen: Screen
    sign: Sign
    outbox: Outbox
    link: Link
    watchdog: Watchdog
    counter: Screen | None = None
    buzzer: Buzzer | None = None
    clock: WallClock | None = None
    updates: Updates | None = None
    workers: Mapping[str, Worker] = field(default_factory=dict)


def perform(effect: do.Effect, drivers: Drivers) -> bool:
    """Hand one effect to its driver. False: the loop must end."""
    match effect:
        case do.SetSign(state, glowing):
            drivers.sign.set(state, glowing=glowing)
        case do.Show(page):
            drivers.screen.show(page)
        case do.Keep(note):
            drivers.outbox.keep(note)
        case do.Forget(note_id, rev):
            drivers.outbox.forget(note_id, rev)
        case do.SayHello(hello):
            drivers.link.say_hello(hello)
        case do.SendNote(note):
            drivers.link.send_note(note)
        case do.ShowCounter(page):
            if drivers.counter is not None:
                drivers.counter.show(page)
        case do.Beep(hertz, volume):
            if drivers.buzzer is not None:
                drivers.buzzer.beep(hertz, volume)
        case do.ReadClock():
            if drivers.clock is not None:
                drivers.clock.read()
        case do.InstallUpdate(version):
            if drivers.updates is not None:
                drivers.updates.install(version)
        case do.Stop():
            return False
        case _:
            assert_never(effect)
    return True


def wait(inbox: Inbox, until: float | None, now: Callable[[], float]) -> Event:
    """The next event, or a Tick at `until` (CLOCK_BOOTTIME seconds) when none comes before."""
    try:
        if until is None:
            return inbox.get()
        left = until - now()
        return inbox.get(timeout=left) if left > 0 else inbox.get_nowait()
    except Empty:
        return Tick(now())


def run(unit: Unit, inbox: Inbox, drivers: Drivers, now: Callable[[], float]) -> Unit:
    """Turn until the core says Stop; returns the unit as it was then. `now`: CLOCK_BOOTTIME in seconds."""
    going = True
    was_stuck: tuple[str, ...] = ()
    while going:
        until = next_wake(unit)
        if (interval := drivers.watchdog.interval_s) is not None:
            beat_at = now() + interval / 2
            until = beat_at if until is None else min(until, beat_at)
        for half in (partial(act, event=wait(inbox, until, now)), appear):
            unit, effects = half(unit)
            for effect in effects:
                going = perform(effect, drivers) and going
        stuck = hung(drivers.workers, now())
        if not stuck:
            drivers.watchdog.beat()
        elif stuck != was_stuck:
            log.error("%s: hung for more than %.0f s; waiting for a restart", " and ".join(stuck), PATIENCE_S)
        was_stuck = stuck
    return unit


def hung(workers: Mapping[str, Worker], now: float) -> tuple[str, ...]:
    """Which workers did not come round within `PATIENCE_S`."""
    return tuple(name for name, worker in workers.items() if now - worker.alive_at > PATIENCE_S)
