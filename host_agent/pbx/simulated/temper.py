"""What happens in the office by itself as time passes."""

from host_agent.pbx.simulated import packets as say
from host_agent.pbx.simulated.draft import Draft
from host_agent.pbx.simulated.facts import Ring, phone_state
from host_agent.pbx.simulated.legs import begin_talk, end_talk, join_queue, ring_directly, stop_ringing, unanswered

TRANSFER_RING_S = 60.0
"""How long a colleague's phone rings for a call passed on before it returns."""


def let_time_pass(draft: Draft) -> None:
    """Apply all that is due at `draft.now`."""
    for ring in draft.office.rings:
        if ring in draft.office.rings:
            _ring_due(draft, ring)
    for talk in draft.office.talks:
        temper = draft.office.tempers.get(talk.call)
        if temper and temper.talks_s is not None and draft.now - talk.since >= temper.talks_s:
            draft.tell(say.call_event("HangupRequest", draft.channel(talk.call), ("Cause", "16")))
            end_talk(draft, talk, "caller", requested=True)


def impatient(draft: Draft) -> list[str]:
    """The callers, waiting or ringing, who have had enough."""
    talking = {talk.call for talk in draft.office.talks}
    return [
        call
        for call, temper in draft.office.tempers.items()
        if call not in talking and temper.gives_up_at is not None and draft.now >= temper.gives_up_at
    ]


def _ring_due(draft: Draft, ring: Ring) -> None:
    phone = draft.office.phone(ring.extension)
    rang_s = draft.now - ring.since
    if phone and phone.answers_after_s is not None and rang_s >= phone.answers_after_s:
        begin_talk(draft, ring)
    elif ring.queue is not None:
        setup = draft.office.setup(ring.queue)
        if rang_s >= setup.ring_s:
            unanswered(draft, ring)
            draft.change(silent_until={**draft.office.silent_until, ring.call: draft.now + setup.retry_s})
    elif rang_s >= TRANSFER_RING_S:
        _come_back(draft, ring)


def _come_back(draft: Draft, ring: Ring) -> None:
    """Passed on and not answered: back to who passed it on, or into the queue when that phone is busy."""
    stop_ringing(draft, ring.call, "NOANSWER", ("0", "Unknown"))
    back = draft.office.phone(ring.passed_by) if ring.passed_by else None
    if back is not None and phone_state(draft.office, back.extension) == "idle":
        ring_directly(draft, ring.call, back, passed_by=None)
    else:
        join_queue(draft, ring.call, draft.office.queues[0].name)
