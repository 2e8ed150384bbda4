"""The form for a unit that is to be let in, pure: to what `belbord-host unit add` is told."""

from collections.abc import Collection
from dataclasses import dataclass

from broker.names import NAME_LIMIT, TEXT_LIMIT, clean, extension, queue_name, unit_name
from host_agent.office.unit_files import UnitFile
from host_agent.web.forms import Faulty, Form

QUEUE = "queue:"
"""What the name of a tick begins with; the queue's own name follows."""
REPLACES = "replaces"


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


@dataclass(frozen=True)
class Known:
    """The units there are. `by_hand`: those that host.toml names itself; `let_in`: those with a good certificate."""

    by_hand: Collection[str] = ()
    let_in: Collection[str] = ()


def wanted(form: Form, known: Known) -> UnitFile | Faulty:
    """The unit to expect. One that is in already is replaced only by who says so."""
    faults: dict[str, str] = {}
    name = clean(form.get("name", ""), TEXT_LIMIT).lower()
    try:
        unit_name(name)
    except ValueError:
        faults["name"] = _("Gebruik 1 tot 32 kleine letters, cijfers en streepjes, zoals balie-1.")
    if name in known.by_hand:
        faults["name"] = _("Dit toestel staat in host.toml zelf. Haal het daar eerst uit.")
    elif name in known.let_in and REPLACES not in form:
        faults[REPLACES] = _(
            "Er is al een toestel met deze naam. Kruis aan dat dit het vervangt, of kies een andere naam."
        )
    line = clean(form.get("line", ""), TEXT_LIMIT) or None
    try:
        line = None if line is None else extension(line)
    except ValueError:
        faults["line"] = _("Dit is geen toestelnummer: gebruik cijfers, letters en * # _ . -")
    queues = queues_of(form)
    try:
        for each in queues:
            queue_name(each)
    except ValueError:
        faults["queues"] = _("Dit kan geen wachtrij zijn: gebruik 1 tot 64 tekens, zonder / + #")
    if faults:
        return Faulty(faults)
    return UnitFile(name, clean(form.get("label", ""), NAME_LIMIT) or name, line, queues)


def queues_of(form: Form) -> tuple[str, ...]:
    """The queues that were ticked, then those that were typed, each once."""
    ticked = [name.removeprefix(QUEUE) for name in form if name.startswith(QUEUE)]
    typed = [clean(row, TEXT_LIMIT) for row in form.get("queues", "").splitlines()]
    return tuple(dict.fromkeys(each for each in (*ticked, *typed) if each))
