"""`step`: one event in, the next unit and the effects out. Pure and total: any event, in any order, at any time.

Each step lets time pass up to the event, takes the event, and then settles: sign first, then what must be sent, then
the page if it looks different. The loop takes a step in its two halves, `act` and `appear`, so that the sign need not
wait for the page to be thought out.
"""

from dataclasses import replace
from typing import assert_never

from broker import messages
from device.core import counts, freshness, gestures, notes, press, progress, sign, sound, speech
from device.core import events as was
from device.core.counter import look_from_the_counter
from device.core.effects import Effect, InstallUpdate, ReadClock, SetSign, Show, ShowCounter, Stop
from device.core.face import look
from device.core.hours import office_at, within
from device.core.rules import CLOCK_EVERY_S, FAULT_SHOWN_S, UPDATING_AT_MOST_S, Rules
from device.core.sign import ByHand, Sign
from device.core.unit import FaultOnGlass, LastCaller, NoticeOnGlass, Unit

Stepped = tuple[Unit, tuple[Effect, ...]]


def step(unit: Unit, event: was.Event) -> Stepped:
    """`unit` after `event`, and what is to be done. Time never goes back: an event stamped earlier happens now.

    Only the button's edges keep their own time, because what a touch means is a matter of milliseconds.
    """
    unit, done = act(unit, event)
    unit, shown = appear(unit)
    return unit, (*done, *shown)


def act(unit: Unit, event: was.Event) -> Stepped:
    """The first half: all that an event brings, but for the page."""
    before = unit
    unit = replace(unit, now=max(unit.now, event.at))
    unit, felt = _feel(unit, *gestures.advance(unit.button, _felt_at(unit, event)))
    unit, taken = _take(unit, event)
    unit, lit = _settle_sign(unit)
    unit, said = speech.speak(unit)
    unit, asked = _ask_the_time(unit)
    unit, heard = sound.hear(before, unit)
    return unit, (*felt, *taken, *lit, *said, *asked, *heard)


def appear(unit: Unit) -> Stepped:
    """The second half: the page, if it looks different, and after the farewell page the end."""
    unit, turned = _turn_to_the_counter(unit) if unit.has_counter else (unit, ())
    seen = look(unit)
    last: tuple[Effect, ...] = (*turned, Stop()) if unit.stopping else turned
    if seen.page == unit.shown:
        return (unit if seen.until == unit.page_until else replace(unit, page_until=seen.until)), last
    return replace(unit, page_until=seen.until, shown=seen.page), (Show(seen.page), *last)


def _turn_to_the_counter(unit: Unit) -> Stepped:
    seen = look_from_the_counter(unit)
    shown: tuple[Effect, ...] = () if seen.page == unit.counter else (ShowCounter(seen.page),)
    return replace(unit, counter=seen.page, counter_until=seen.until), shown


def _ask_the_time(unit: Unit) -> Stepped:
    if unit.clock_due is None or unit.now < unit.clock_due or unit.stopping:
        return unit, ()
    return replace(unit, clock_due=unit.now + CLOCK_EVERY_S), (ReadClock(),)


def _told_the_time(unit: Unit, read: was.ClockRead) -> Unit:
    """Open or closed, and quiet or not. A clock that may be wrong closes nothing and silences nothing."""
    week, quiet = unit.rules.week, unit.rules.sound.quiet
    if not read.known:
        return replace(unit, closed=False, opens=None, opens_on=None, quiet=False)
    unit = replace(unit, quiet=quiet is not None and within(quiet, read.second))
    if week is None:
        return unit
    office = office_at(week, read.weekday, read.second)
    opens = None if office.opens is None else f"{office.opens // 60:02}:{office.opens % 60:02}"
    due = unit.clock_due
    if due is not None and office.changes_in_s is not None:
        due = min(due, unit.now + office.changes_in_s)
    opens_on = office.weekday if office.opens_in_days > 1 else None
    return replace(unit, closed=not office.is_open, opens=opens, opens_on=opens_on, clock_due=due)


def _live_by(unit: Unit, rules: Rules) -> Unit:
    """Other rules. What only the clock knows of their hours is asked at once, and kept as it was until it is told."""
    has_hours = rules.week is not None
    unit = unit if has_hours else replace(unit, closed=False, opens=None, opens_on=None)
    quiet = unit.quiet and rules.sound.quiet is not None
    clock_due = unit.now if has_hours or rules.sound.quiet is not None else None
    return replace(unit, rules=rules, quiet=quiet, clock_due=clock_due)


def _take(unit: Unit, event: was.Event) -> Stepped:
    now = unit.now
    match event:
        case was.Started(_, boot, seed):
            # Unsure from before the start: the first board need not wait for the minimum.
            since = now - unit.rules.sign.unsure_at_least_s
            clock_due = now if unit.rules.week is not None or unit.rules.sound.quiet is not None else None
            begun = replace(unit, started_at=now, boot=boot, seed=seed, sign=Sign(since=since), clock_due=clock_due)
            return begun, ()
        case was.Tick():
            return unit, ()
        case was.Edge(_, down, clock):
            unit = replace(unit, press_clock=clock) if down and unit.button.phase == "open" else unit
            return _feel(unit, *gestures.edge(unit.button, _felt_at(unit, event), down))
        case was.LinkUp(_, via):
            entries = notes.wake_all(unit.entries, now)
            return replace(unit, links=unit.links | {via}, hello_due=now, entries=entries), ()
        case was.LinkDown(_, via):
            return replace(unit, links=unit.links - {via}), ()
        case was.BoardArrived(_, board):
            return _board(unit, board), ()
        case was.CommandArrived(_, messages.Update(version=version)):
            return _update(unit, version)
        case was.UpdateEnded():
            return replace(unit, updating_until=now), ()
        case was.CommandArrived(_, command):
            return _obey(unit, command), ()
        case was.ReceiptArrived(_, receipt):
            return progress.receipted(unit, receipt)
        case was.OutboxLoaded(_, loaded):
            return progress.loaded(unit, loaded), ()
        case was.Committed(_, note_id, rev):
            return progress.committed(unit, note_id, rev), ()
        case was.CommitFailed(_, note_id, rev):
            return progress.commit_failed(unit, note_id, rev), ()
        case was.NotePublished(_, note_id, rev):
            return progress.reached(unit, note_id, rev, "sent"), ()
        case was.StorageFault(_, lasting):
            fault = FaultOnGlass("storage", now + FAULT_SHOWN_S)
            return replace(unit, storage="fault" if lasting else unit.storage, fault_on_glass=fault), ()
        case was.StorageWell():
            return replace(unit, storage="ok"), ()
        case was.PanelFault(_, part):
            return replace(unit, glass=part), ()
        case was.PanelWell():
            return replace(unit, glass="ok"), ()
        case was.ClockRead():
            return _told_the_time(unit, event), ()
        case was.Measured():
            return replace(unit, measured=event), ()
        case was.RulesChanged(_, rules):
            return _live_by(unit, rules), ()
        case was.StopAsked():
            return replace(unit, stopping=True), ()
        case _:
            assert_never(event)


def _felt_at(unit: Unit, event: was.Event) -> float:
    """Until when the button's story is known: edges come in order, so up to this one, else until now."""
    return max(event.at, unit.button.since) if isinstance(event, was.Edge) else unit.now


def _feel(unit: Unit, button: gestures.Button, felt: tuple[gestures.Gesture, ...]) -> Stepped:
    """The button moved on; do what the gestures ask."""
    if button is not unit.button:
        unit = replace(unit, button=button)
    effects: list[Effect] = []
    for gesture in felt:
        match gesture:
            case gestures.Touched():
                unit = replace(unit, intent=press.meant(unit))
            case gestures.Pressed():
                unit, done = press.do(unit, unit.intent if unit.intent is not None else press.meant(unit))
                unit = replace(unit, intent=None)
                effects += done
            case gestures.MenuTaken(_, index):
                unit = replace(press.choose(unit, index), intent=None)
            case gestures.Stuck():
                fault = FaultOnGlass("button", unit.now + FAULT_SHOWN_S)
                unit = replace(unit, stuck=True, intent=None, fault_on_glass=fault)
            case gestures.Unstuck():
                unit = replace(unit, stuck=False)
            case _:
                assert_never(gesture)
    return unit, tuple(effects)


def _board(unit: Unit, board: messages.Board) -> Unit:
    now = unit.now
    dated = freshness.dated(board, unit.nonces, now, unit.board)
    if dated is None:
        return unit
    if board.line is not None and board.line.state == "ringing" and not _rang(unit):
        unit = press.make_way(unit)
    host_is_back = not freshness.is_fresh(unit.board, now) and freshness.is_fresh(dated, now)
    unit = replace(unit, board=dated, entries=notes.wake_all(unit.entries, now) if host_is_back else unit.entries)
    line = board.line
    if line is None or not freshness.is_fresh(dated, now):
        return unit
    if line.unanswered is None:
        unit = replace(unit, offer_taken=None)
    if counts.line_is_busy(dated) and line.caller is not None:
        unit = replace(unit, last_caller=LastCaller(line.caller, line.queue, line.extension, now))
    return unit


def _rang(unit: Unit) -> bool:
    """Whether the line rang already in the board that was shown."""
    return unit.board is not None and unit.board.board.line is not None and unit.board.board.line.state == "ringing"


def _obey(unit: Unit, command: messages.Command) -> Unit:
    match command:
        case messages.Identify(seconds=seconds):
            return replace(unit, identify_until=unit.now + seconds)
        case messages.ShowMessage(text=text, seconds=seconds):
            return replace(unit, notice=NoticeOnGlass(text, unit.now + seconds))
        case messages.OverrideSign(wish="policy"):
            return replace(unit, by_hand=None)
        case messages.OverrideSign(wish=("lit" | "dark") as wish, minutes=minutes):
            return replace(unit, by_hand=ByHand(wish, unit.now + 60 * minutes))
    return unit


def _update(unit: Unit, version: str | None) -> Stepped:
    """One at a time, and only where somebody can."""
    if not unit.can_update or unit.now < unit.updating_until:
        return unit, ()
    return replace(unit, updating_until=unit.now + UPDATING_AT_MOST_S), (InstallUpdate(version),)


def _settle_sign(unit: Unit) -> Stepped:
    now, rules = unit.now, unit.rules.sign
    if unit.by_hand is not None and now >= unit.by_hand.until:
        unit = replace(unit, by_hand=None)
    if unit.stopping:
        unit = replace(unit, by_hand=None)
        says = Sign("dark", "calm", now)
    else:
        says = sign.decide(unit.sign, rules, unit.board, unit.by_hand, now, closed=unit.closed)
    lamp = (says.state, sign.level(says, rules, now))
    if lamp == unit.lamp:
        return (unit if says == unit.sign else replace(unit, sign=says)), ()
    return replace(unit, sign=says, lamp=lamp), (SetSign(*lamp),)
