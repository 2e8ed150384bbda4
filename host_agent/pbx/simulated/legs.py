"""How phones begin to ring, stop, and how calls begin and end, in the order in which Asterisk tells it."""

from dataclasses import replace

from host_agent.pbx.simulated import packets as say
from host_agent.pbx.simulated.draft import Draft
from host_agent.pbx.simulated.facts import Phone, Ring, Talk, Tally, Waiting, is_free

ANSWERED_ELSEWHERE = ("26", "Answered elsewhere")
NORMAL = ("16", "Normal Clearing")


def join_queue(draft: Draft, call: str, queue: str) -> None:
    """The caller takes the last place."""
    caller = draft.set_channel(call, priority="3", queue=queue)
    place = len(draft.office.in_queue(queue)) + 1
    draft.change(waiting=(*draft.office.waiting, Waiting(call, queue, draft.now, place)))
    draft.tell(
        say.agent_event("QueueCallerJoin", caller, ("Queue", queue), ("Position", str(place)), ("Count", str(place))),
        say.call_event("MusicOnHoldStart", caller, ("Class", "default")),
    )


def ring_free_members(draft: Draft) -> None:
    """Every caller in turn rings the members that are free: with `ringall` all of them, else the first."""
    for waiting in draft.office.waiting:
        ringing = any(ring.call == waiting.call for ring in draft.office.rings)
        if ringing or draft.now < draft.office.silent_until.get(waiting.call, 0.0):
            continue
        members = [member for member in draft.office.members if member.queue == waiting.queue]
        free = [member for member in members if is_free(draft.office, member)]
        for member in free if draft.office.setup(waiting.queue).ringall else free[:1]:
            phone = draft.office.phone(member.extension)
            if phone is not None:
                _ring_from_queue(draft, waiting, phone)


def _ring_from_queue(draft: Draft, waiting: Waiting, phone: Phone) -> None:
    caller = draft.channel(waiting.call)
    leg = draft.new_phone_channel(phone, caller.linkedid)
    called = replace(leg, exten=caller.exten, connected=(caller.number, caller.person))
    fields = (*say.channel_fields(caller), *say.channel_fields(called, "Dest"))
    member = (("Queue", waiting.queue), ("Interface", phone.interface), ("MemberName", phone.name))
    draft.tell(say.Live("AgentCalled", "agent", (*fields, *member)))
    draft.tell(say.dial_event("DialBegin", caller, leg, ("DialString", phone.interface)))
    draft.rings(leg, caller)
    ring = Ring(waiting.call, leg.uniqueid, phone.extension, draft.now, waiting.queue)
    draft.change(rings=(*draft.office.rings, ring))


def stop_ringing(draft: Draft, call: str, status: str, cause: tuple[str, str], *, but: Ring | None = None) -> None:
    """Every phone that rings for `call` goes silent, except the one of `but`."""
    for ring in [ring for ring in draft.office.rings if ring.call == call and ring != but]:
        caller, leg = draft.channel(call), draft.channel(ring.leg)
        draft.tell(say.dial_event("DialEnd", caller, leg, ("DialStatus", status)))
        draft.change(rings=tuple(each for each in draft.office.rings if each != ring))
        draft.hang_up(ring.leg, *cause)


def begin_talk(draft: Draft, ring: Ring) -> None:
    """The phone of `ring` is picked up."""
    leg = draft.picks_up(ring.leg)
    caller = draft.channel(ring.call)
    draft.tell(say.dial_event("DialEnd", caller, leg, ("DialStatus", "ANSWER")))
    caller = draft.connect(ring.call, leg)
    stop_ringing(draft, ring.call, "CANCEL", ANSWERED_ELSEWHERE, but=ring)
    waiting = next((waiting for waiting in draft.office.waiting if waiting.call == ring.call), None)
    hold_s = int(draft.now - waiting.joined_at) if waiting else 0
    if waiting is not None:
        draft.tell(say.call_event("MusicOnHoldStop", caller))
        place = draft.office.in_queue(waiting.queue).index(waiting) + 1
        draft.change(waiting=tuple(each for each in draft.office.waiting if each != waiting))
        left = len(draft.office.in_queue(waiting.queue))
        draft.tell(
            say.agent_event(
                "QueueCallerLeave",
                caller,
                ("Queue", waiting.queue),
                ("Position", str(place)),
                ("Count", str(left)),
            ),
            _agent_fact(
                draft, "AgentConnect", ring, ("HoldTime", str(hold_s)), ("RingTime", str(int(draft.now - ring.since)))
            ),
        )
    bridge = draft.new_bridge()
    draft.enter_bridge(bridge, ring.leg, ring.call)
    talk = Talk(ring.call, ring.leg, ring.extension, draft.now, bridge, ring.queue, hold_s)
    draft.change(rings=tuple(each for each in draft.office.rings if each != ring), talks=(*draft.office.talks, talk))


def end_talk(draft: Draft, talk: Talk, who: str, *, requested: bool = False) -> None:
    """Both sides hang up; `who`: "agent" or "caller". `requested`: HangupRequest was told already."""
    if not requested:
        draft.tell(say.call_event("HangupRequest", draft.channel(talk.leg)))
    _complete(draft, talk, who)
    first, second = (talk.leg, talk.call) if who == "agent" else (talk.call, talk.leg)
    draft.leave_bridge(talk.bridge, first, second)
    draft.tell(say.call_event("SoftHangupRequest", draft.channel(talk.call), ("Cause", "16")))
    draft.change(talks=tuple(each for each in draft.office.talks if each != talk))
    draft.hang_up(first, *NORMAL)
    draft.hang_up(second, *NORMAL)


def pass_on(draft: Draft, talk: Talk, colleague: Phone) -> None:
    """A blind transfer: the operator's leg ends, the colleague's phone rings for the caller."""
    leg, caller = draft.channel(talk.leg), draft.channel(talk.call)
    if talk.held:
        draft.tell(say.call_event("Unhold", leg))
    draft.tell(
        say.Live(
            "BlindTransfer",
            "call",
            (
                ("Result", "Success"),
                *say.channel_fields(leg, "Transferer"),
                *say.channel_fields(caller, "Transferee"),
                *say.bridge_fields(talk.bridge, 2),
                ("IsExternal", "Yes"),
                ("Context", "intern"),
                ("Extension", colleague.extension),
            ),
        )
    )
    draft.set_channel(talk.call, exten=colleague.extension, context="from-trunk")
    _complete(draft, talk, "transfer")
    draft.leave_bridge(talk.bridge, talk.leg, talk.call)
    draft.change(talks=tuple(each for each in draft.office.talks if each != talk))
    draft.hang_up(talk.leg, *NORMAL)
    ring_directly(draft, talk.call, colleague, passed_by=talk.extension)


def ring_directly(draft: Draft, call: str, phone: Phone, *, passed_by: str | None) -> None:
    """Ring a phone for a caller outside any queue: no queue or agent events."""
    caller = draft.channel(call)
    leg = draft.new_phone_channel(phone, caller.linkedid)
    leg = draft.set_channel(leg.uniqueid, exten=caller.exten, connected=(caller.number, caller.person))
    draft.tell(say.call_event("NewConnectedLine", leg))
    draft.tell(say.dial_event("DialBegin", caller, leg, ("DialString", phone.extension)))
    caller = draft.connect(call, leg)
    draft.rings(leg, caller)
    ring = Ring(call, leg.uniqueid, phone.extension, draft.now, passed_by=passed_by)
    draft.change(rings=(*draft.office.rings, ring))


def _complete(draft: Draft, talk: Talk, reason: str) -> None:
    """AgentComplete, and the counts that go with it; only for calls that came through a queue."""
    if talk.queue is None:
        return
    times = (("HoldTime", str(talk.hold_s)), ("TalkTime", str(int(draft.now - talk.since))), ("Reason", reason))
    draft.tell(_agent_fact(draft, "AgentComplete", talk, *times))
    for member in draft.office.members:
        if (member.queue, member.extension) == (talk.queue, talk.extension):
            draft.set_member(member, calls_taken=member.calls_taken + 1, last_call=draft.office.unix(draft.now))
    tally = draft.office.tallies.get(talk.queue, Tally())
    draft.change(tallies={**draft.office.tallies, talk.queue: replace(tally, completed=tally.completed + 1)})


def _agent_fact(draft: Draft, event: str, call: Ring | Talk, *times: tuple[str, str]) -> say.Live:
    caller, leg = draft.channel(call.call), draft.channel(call.leg)
    phone = draft.office.phone(call.extension)
    member = (
        ("Queue", call.queue or ""),
        ("Interface", f"PJSIP/{call.extension}"),
        ("MemberName", phone.name if phone else call.extension),
    )
    fields = (*say.channel_fields(caller), *say.channel_fields(leg, "Dest"), *member, *times)
    return say.Live(event, "agent", fields)


def unanswered(draft: Draft, ring: Ring) -> None:
    """A member let the phone ring: AgentRingNoAnswer (RingTime in milliseconds here), the caller keeps its place."""
    rang = str(int((draft.now - ring.since) * 1000))
    draft.tell(_agent_fact(draft, "AgentRingNoAnswer", ring, ("RingTime", rang)))
    caller, leg = draft.channel(ring.call), draft.channel(ring.leg)
    draft.tell(say.dial_event("DialEnd", caller, leg, ("DialStatus", "NOANSWER")))
    draft.change(rings=tuple(each for each in draft.office.rings if each != ring))
    draft.hang_up(ring.leg, "0", "Unknown")
