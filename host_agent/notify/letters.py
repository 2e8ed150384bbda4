"""What a colleague reads, pure: in the colleague's language, and of the caller only what the office allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from host_agent.config_promise import CallerInNotice
from host_agent.core.chase import Kind
from host_agent.core.colleagues import Colleague
from host_agent.core.notes import CallbackNote
from host_agent.core.numbers import grouped
from host_agent.web.phrases import Phrases
from host_agent.words import translations


@dataclass(frozen=True)
class Letter:
    """Plain text."""

    subject: str
    body: str


@dataclass(frozen=True)
class Item:
    """A note and the address at which this colleague opens it."""

    note: CallbackNote
    link: str


def letter(kind: Kind, to: Colleague, items: Sequence[Item], *, allowed: CallerInNotice, now: float) -> Letter:
    """One letter about one or more notes. `now`: Unix seconds."""
    words = translations(to.language)
    _, t = words.gettext, Phrases(words, now)
    openings: dict[Kind, str] = {
        "assigned": _("Wilt u iemand terugbellen?"),
        "unseen": _("U hebt een terugbelnotitie nog niet geopend."),
        "half_way": _("De helft van de tijd tot een belofte is om."),
        "promise": _("Er moet nu worden teruggebeld."),
        "round": _("Er wacht nog iemand op een telefoontje van u."),
        "overdue": _("Een beller is niet op tijd teruggebeld."),
    }
    lines = [openings[kind], ""]
    for item in items:
        lines += [*_about(item.note, to, allowed, t), _("Openen: %(link)s") % {"link": item.link}, ""]
    lines.append(_("De link is alleen voor u en opent alleen deze notitie."))
    return Letter("Belbord: " + openings[kind], "\n".join(lines))


def _about(note: CallbackNote, to: Colleague, allowed: CallerInNotice, t: Phrases) -> list[str]:
    _ = t.words.gettext
    said = []
    if note.promised_by is not None:
        said.append(_("Beloofd: uiterlijk %(when)s.") % {"when": t.promise(note.promised_by)})
    if note.urgent:
        said.append(_("Dringend."))
    caller = [note.caller_name] if allowed == "name and number" and note.caller_name else []
    if allowed != "none" and note.caller_number:
        caller.append(grouped(note.caller_number))
    if caller:
        said.append(_("Beller: %(caller)s") % {"caller": ", ".join(caller)})
    if note.assigned_to and note.assigned_to.casefold() != to.name.casefold():
        said.append(_("Terug te bellen door: %(who)s") % {"who": note.assigned_to})
    return said
