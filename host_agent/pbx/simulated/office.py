"""The rules of the simulated office: `step(office, action, now) -> (office, what the PBX says)`. Pure."""

from dataclasses import dataclass, replace
from typing import assert_never

from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated import packets as say
from host_agent.pbx.simulated.draft import Draft
from host_agent.pbx.simulated.facts import UP, Office, Tally, Waiting, phone_state
from host_agent.pbx.simulated.legs import (
    begin_talk,
    end_talk,
    join_queue,
    pass_on,
    ring_free_members,
    stop_ringing,
)
from host_agent.pbx.simulated.statuses import changes, member_status
from host_agent.pbx.simulated.temper import impatient, let_time_pass


@dataclass(frozen=True)
class Step:
    """`told`: live events in order. `done` false: the action did not fit the moment and nothing happened."""

    office: Office
    told: tuple[say.Live, ...]
    done: bool = True


def step(office: Office, action: do.Action, now: float) -> Step:
    """What becomes of the office when `action` happens at `now` (seconds on the office's clock)."""
    draft = Draft(office, now)
    done = _happen(draft, action)
    ring_free_members(draft)
    draft.tell(*changes(office, draft.office))
    return Step(draft.office, tuple(draft.told), done)


def restarted(office: Office, now: float) -> Step:
    """`core restart now`: every call ends, then Shutdown; the new PBX counts from zero."""
    draft = Draft(office, now)
    for uniqueid in [key for key, channel in office.channels.items() if channel.context == "from-trunk"]:
        _caller_hangs_up(draft, uniqueid)
    draft.tell(say.Live("Shutdown", "system", (("Shutdown", "Cleanly"), ("Restart", "True"))))
    members = tuple(replace(member, calls_taken=0, last_call=0, last_pause=0) for member in draft.office.members)
    fresh = replace(draft.office, members=members, tallies={}, started_at=now, made_channels=0, made_calls=0)
    return Step(fresh, tuple(draft.told))


def _happen(draft: Draft, action: do.Action) -> bool:
    match action:
        case do.CallerRings():
            return _caller_rings(draft, action)
        case do.Answer(extension):
            ring = draft.office.ring_at(extension)
            if ring is not None:
                begin_talk(draft, ring)
            return ring is not None
        case do.HangUp(extension):
            talk = draft.office.talk_at(extension)
            if talk is not None:
                end_talk(draft, talk, "agent")
            return talk is not None
        case do.CallerHangsUp(call):
            return _caller_hangs_up(draft, call)
        case do.Hold(extension, held):
            return _hold(draft, extension, held=held)
        case do.Transfer(extension, to):
            return _transfer(draft, extension, to)
        case do.Pause():
            return _pause(draft, action)
        case do.TimePasses():
            for call in impatient(draft):
                _caller_hangs_up(draft, call)
            let_time_pass(draft)
            return True
        case _:
            assert_never(action)


def _caller_rings(draft: Draft, action: do.CallerRings) -> bool:
    setup = next((setup for setup in draft.office.queues if setup.name == action.queue), None)
    if setup is None:
        return False
    caller = draft.new_trunk_channel(action.person, setup.did)
    draft.change(
        made_calls=draft.office.made_calls + 1,
        tempers={**draft.office.tempers, caller.uniqueid: action.temper},
    )
    draft.tell(say.call_event("Newstate", draft.set_channel(caller.uniqueid, state=UP, priority="2")))
    join_queue(draft, caller.uniqueid, setup.name)
    return True


def _caller_hangs_up(draft: Draft, call: str) -> bool:
    if call not in draft.office.channels:
        return False
    draft.tell(say.call_event("HangupRequest", draft.channel(call), ("Cause", "16")))
    talk = next((talk for talk in draft.office.talks if talk.call == call), None)
    waiting = next((waiting for waiting in draft.office.waiting if waiting.call == call), None)
    if talk is not None:
        end_talk(draft, talk, "caller", requested=True)
        return True
    if waiting is not None:
        _abandon(draft, waiting)
    else:
        stop_ringing(draft, call, "CANCEL", ("0", "Unknown"))
    draft.tell(say.call_event("SoftHangupRequest", draft.channel(call), ("Cause", "16")))
    draft.hang_up(call, "0", "Unknown")
    return True


def _abandon(draft: Draft, waiting: Waiting) -> None:
    caller, queue = draft.channel(waiting.call), draft.office.in_queue(waiting.queue)
    position = queue.index(waiting) + 1
    draft.tell(say.call_event("MusicOnHoldStop", caller))
    stop_ringing(draft, waiting.call, "CANCEL", ("0", "Unknown"))
    place = (("Queue", waiting.queue), ("Position", str(position)))
    draft.tell(
        say.agent_event(
            "QueueCallerAbandon",
            caller,
            *place,
            ("OriginalPosition", str(waiting.original_position)),
            ("HoldTime", str(int(draft.now - waiting.joined_at))),
        ),
        say.agent_event("QueueCallerLeave", caller, *place, ("Count", str(len(queue) - 1))),
    )
    tallies = draft.office.tallies
    tally = tallies.get(waiting.queue, Tally())
    draft.change(
        waiting=tuple(each for each in draft.office.waiting if each != waiting),
        tallies={**tallies, waiting.queue: replace(tally, abandoned=tally.abandoned + 1)},
    )


def _hold(draft: Draft, extension: str, *, held: bool) -> bool:
    talk = draft.office.talk_at(extension)
    if talk is None or talk.held is held:
        return False
    leg, caller = draft.channel(talk.leg), draft.channel(talk.call)
    if held:
        draft.tell(say.call_event("Hold", leg, ("MusicClass", "default")))
        draft.tell(say.call_event("MusicOnHoldStart", caller, ("Class", "default")))
    else:
        draft.tell(say.call_event("Unhold", leg), say.call_event("MusicOnHoldStop", caller))
    changed = replace(talk, held=held)
    draft.change(talks=tuple(changed if each == talk else each for each in draft.office.talks))
    return True


def _transfer(draft: Draft, extension: str, to: str) -> bool:
    talk, colleague = draft.office.talk_at(extension), draft.office.phone(to)
    if talk is None or colleague is None or to == extension or phone_state(draft.office, to) != "idle":
        return False
    pass_on(draft, talk, colleague)
    return True


def _pause(draft: Draft, action: do.Pause) -> bool:
    members = [member for member in draft.office.members if member.extension == action.extension]
    for member in members:
        last_pause = draft.office.unix(draft.now) if action.paused else member.last_pause
        reason = action.reason if action.paused else ""
        changed = draft.set_member(member, paused=action.paused, reason=reason, last_pause=last_pause)
        draft.tell(say.member_event("QueueMemberPause", draft.office, changed, member_status(draft.office, changed)))
    return bool(members)
