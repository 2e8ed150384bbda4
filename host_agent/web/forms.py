"""Forms to actions, pure: what was typed is cleaned and checked, and every fault stands beside its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from broker.names import NAME_LIMIT, TEXT_LIMIT, clean
from host_agent.core.notes import Assign, Attempt, Drop, FillIn, Finish, PassOn, Unassign
from host_agent.core.phone_plan import as_dialled
from host_agent.core.shorthand import says_urgent

Form = Mapping[str, str]
OTHER = "other"
NONE = ""
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


@dataclass(frozen=True)
class Faulty:
    """A form that cannot be taken: which field, and why in Dutch (a message id)."""

    faults: Mapping[str, str] = field(default_factory=dict)


def fill_in(form: Form) -> FillIn | Faulty:
    """The fields of a note, in the order in which they are asked."""
    faults = {}
    typed_number = _text(form, "caller_number", TEXT_LIMIT)
    number = as_dialled(typed_number)
    if typed_number is not None and number is None:
        faults["caller_number"] = _("Dit is geen telefoonnummer: gebruik cijfers, met een + vooraan als dat zo hoort.")
    choice = form.get("promise", NONE)
    typed_time = form.get("promised_by", "") if choice == OTHER else choice
    promised_by = None
    if typed_time or choice == OTHER:
        promised_by = _moment(typed_time)
        if promised_by is None:
            faults["promised_by"] = _("Kies een dag en een tijd.")
    if faults:
        return Faulty(faults)
    reason = _text(form, "reason", TEXT_LIMIT)
    return FillIn(
        caller_name=_text(form, "caller_name", NAME_LIMIT),
        caller_number=number,
        name_unsure="name_unsure" in form,
        organisation=_text(form, "organisation", NAME_LIMIT),
        for_whom=_text(form, "for_whom", NAME_LIMIT),
        reason=reason,
        urgent="urgent" in form or says_urgent(reason),
        reachable=_text(form, "reachable", NAME_LIMIT),
        promised_by=promised_by,
        read_back="read_back" in form,
    )


def asked_at_once(form: Form) -> Assign | None:
    """Whom to ask in the same go as the filling in, None for nobody yet."""
    to = _text(form, "for_whom", NAME_LIMIT)
    return Assign(to) if to is not None and "assign_now" in form else None


def made_by_hand(form: Form) -> FillIn | Faulty:
    """A new note: somebody must be called back, so a name or a number is there."""
    wanted = fill_in(form)
    if isinstance(wanted, FillIn) and wanted.caller_name is None and wanted.caller_number is None:
        return Faulty({"caller_name": _("Vul een naam of een nummer in: wie moet er worden teruggebeld?")})
    return wanted


def assign(form: Form) -> Assign | Unassign:
    """Who calls back; empty takes the assignment away."""
    to = _text(form, "assigned_to", NAME_LIMIT)
    return Unassign() if to is None else Assign(to)


def attempt(form: Form) -> Attempt | Faulty:
    """The caller was rung and not spoken to."""
    match form.get("how"):
        case "no_answer":
            return Attempt("no_answer")
        case "left_message":
            return Attempt("left_message")
        case _:
            return Faulty({"how": _("Kies wat er gebeurde.")})


def pass_on(form: Form) -> PassOn | Faulty:
    """Who gets the note instead."""
    to = _text(form, "pass_to", NAME_LIMIT)
    if to is None:
        return Faulty({"pass_to": _("Zeg wie er dan terugbelt.")})
    return PassOn(to, _text(form, "remark", TEXT_LIMIT))


def finish(form: Form) -> Finish:
    """How the call back ended."""
    return Finish(_text(form, "outcome", TEXT_LIMIT))


def drop(form: Form) -> Drop | Faulty:
    """Why nobody calls back."""
    reason = _text(form, "drop_reason", TEXT_LIMIT)
    return Faulty({"drop_reason": _("Zeg waarom er niet wordt teruggebeld.")}) if reason is None else Drop(reason)


def version(form: Form) -> int:
    """The version of the note that the person was looking at; -1, which no note has, when it makes no sense."""
    text = form.get("version", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1


def local_input(at: float) -> str:
    """A moment (Unix seconds) as a datetime-local field holds it."""
    return _local(datetime.fromtimestamp(at))


def _local(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


def _text(form: Form, name: str, limit: int) -> str | None:
    return clean(form.get(name, ""), limit) or None


def _moment(text: str) -> float | None:
    if not _LOCAL.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
