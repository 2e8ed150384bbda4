"""Who may see and do what, pure: one table of rights by role, and one that names the right each route asks for.

A route without a row is for nobody: the gate refuses it, and a test names it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from host_agent.core.notes import CallbackNote
from host_agent.core.search import fold

Role = Literal["telephonist", "colleague", "lead", "admin"]
Right = Literal[
    "open", "self", "one_note", "all_notes", "export", "calendars", "directory", "people", "tokens", "units"
]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: tuple[Right, ...] = get_args(Right)

GRANTED: Mapping[Role, frozenset[Right]] = {
    "colleague": frozenset({"open", "self", "one_note"}),
    "telephonist": frozenset({"open", "self", "one_note", "all_notes", "directory"}),
    "lead": frozenset({"open", "self", "one_note", "all_notes", "directory", "export", "calendars"}),
    "admin": frozenset(RIGHTS),
}
"""`open`: also without an account. `one_note`: for a colleague only those for or assigned to that colleague."""

ROUTES: Mapping[str, Right] = {
    "GET /": "all_notes",
    "GET /live": "self",
    "GET /mine": "self",
    "GET /new": "all_notes",
    "POST /new": "all_notes",
    "POST /who": "self",
    "GET /note/{note_id}": "one_note",
    "POST /note/{note_id}/fill-in": "one_note",
    "POST /note/{note_id}/assign": "one_note",
    "POST /note/{note_id}/done": "one_note",
    "POST /note/{note_id}/drop": "one_note",
    "POST /note/{note_id}/reopen": "one_note",
    "POST /note/{note_id}/attempt": "one_note",
    "POST /note/{note_id}/pass-on": "one_note",
    "POST /note/{note_id}/revoke-links": "all_notes",
    "POST /note/{note_id}/try-again": "all_notes",
    "GET /spelling": "self",
    # A colleague's own link: signed, for one note, and for whoever was sent it.
    "GET /contacts": "directory",
    "GET /contacts/{contact_id}": "directory",
    "POST /contacts/{contact_id}": "directory",
    "POST /contacts/{contact_id}/erase": "directory",
    "GET /colleagues": "directory",
    "GET /colleagues/{colleague_id}": "directory",
    "POST /colleagues/{colleague_id}": "directory",
    "POST /colleagues/{colleague_id}/erase": "directory",
    "POST /missed/{missed_id}/note": "all_notes",
    "POST /missed/{missed_id}/dismiss": "all_notes",
    "GET /expiring": "all_notes",
    "GET /units": "all_notes",
    "POST /units/update": "units",
    "POST /units/{name}/update": "units",
    "GET /units/new": "units",
    "POST /units/new": "units",
    "GET /units/{name}/revoke": "units",
    "POST /units/{name}/revoke": "units",
    "GET /export.csv": "export",
    "GET /export.json": "export",
    "GET /calendar": "self",
    "POST /calendar": "self",
    "POST /calendar/{serial}/revoke": "self",
    "GET /people": "people",
    "POST /people": "people",
    "POST /people/{person_id}/role": "people",
    "POST /people/{person_id}/enable": "people",
    "POST /people/{person_id}/disable": "people",
    "POST /people/{person_id}/link": "people",
    "GET /tokens": "tokens",
    "POST /tokens": "tokens",
    "POST /tokens/{serial}/revoke": "tokens",
    "POST /webhooks/{digest}/try-again": "tokens",
    "GET /password": "self",
    "POST /password": "self",
    "POST /logout": "self",
    "GET /login": "open",
    "POST /login": "open",
    "GET /welcome/{secret}": "open",
    "POST /welcome/{secret}": "open",
    "GET /ical/{secret}.ics": "open",
    "GET /c/{word}": "open",
    "POST /c/{word}/{deed}": "open",
    "GET /kept": "open",
    "GET /api": "open",
    "GET /openapi.json": "open",
    "GET /asyncapi.yaml": "open",
    "GET /api/health": "open",
    # With accounts it asks for a token of its own; without, the pages reach nobody but this machine.
    "GET /metrics": "open",
    "GET /.well-known/security.txt": "open",
}


@dataclass(frozen=True)
class Person:
    """Somebody with an account. `name` is how people call them: in the history, and where notes say for whom."""

    id: str
    login: str
    name: str
    role: Role
    is_enabled: bool = True


def right_of(method: str, path: str) -> Right | None:
    """The right that a route asks for, by its method and path as declared; None for one that no row names."""
    return ROUTES.get(f"{'GET' if method == 'HEAD' else method} {path}")


def may(role: Role | None, right: Right | None) -> bool:
    """Whether somebody of this role (None: nobody that we know) has a right."""
    return right == "open" if role is None else right in GRANTED[role]


def may_open(person: Person, names: Collection[str], note: CallbackNote) -> bool:
    """Whether a person, who is asked under these names (folded), may see and change this note."""
    return may(person.role, "all_notes") or any(
        fold(each) in names for each in (note.for_whom, note.assigned_to) if each is not None
    )


def home(role: Role | None) -> str:
    """The page to begin with."""
    return "/mine" if role == "colleague" else "/"
