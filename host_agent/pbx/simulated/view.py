"""The office as a person at the switchboard sees it: plain values for JSON. Pure."""

from typing import Any

from host_agent.pbx.simulated.facts import UNTOLD, Office, Phone, phone_state
from host_agent.pbx.simulated.people import WITHHELD


def view(office: Office, now: float, *, link: str, busy: bool) -> dict[str, Any]:
    """Phones with what can be done at each, queues with who waits (seconds), and calls passed on that still ring."""
    return {
        "pbx": link,
        "busy": busy,
        "phones": [_phone(office, phone, now) for phone in office.phones],
        "queues": [
            {
                "name": setup.name,
                "waiting": [
                    {
                        **_caller(office, waiting.call),
                        "wait_s": round(now - waiting.joined_at, 1),
                        "rings": any(ring.call == waiting.call for ring in office.rings),
                    }
                    for waiting in office.in_queue(setup.name)
                ],
            }
            for setup in office.queues
        ],
    }


def _caller(office: Office, call: str) -> dict[str, Any]:
    channel = office.channels[call]
    if (channel.number, channel.person) == WITHHELD:
        return {"call": call, "number": None, "name": None, "withheld": True}
    name = None if channel.person == UNTOLD else channel.person
    return {"call": call, "number": channel.number, "name": name, "withheld": False}


def _phone(office: Office, phone: Phone, now: float) -> dict[str, Any]:
    talk, ring = office.talk_at(phone.extension), office.ring_at(phone.extension)
    at_work = talk or ring
    members = [member for member in office.members if member.extension == phone.extension]
    return {
        "extension": phone.extension,
        "name": phone.name,
        "state": phone_state(office, phone.extension),
        "paused": any(member.paused for member in members),
        "member": bool(members),
        "by_itself": phone.answers_after_s is not None,
        "passed_on": ring is not None and ring.queue is None,
        "for_s": round(now - at_work.since, 1) if at_work else None,
        "caller": _caller(office, at_work.call) if at_work else None,
        "colleagues": _colleagues(office, phone) if talk else [],
    }


def _colleagues(office: Office, phone: Phone) -> list[dict[str, Any]]:
    """To whom the call at this phone can be passed on now."""
    return [
        {"extension": other.extension, "name": other.name, "answers": other.answers_after_s is not None}
        for other in office.phones
        if other != phone
        and phone_state(office, other.extension) == "idle"
        and not any(member.paused for member in office.members if member.extension == other.extension)
    ]
