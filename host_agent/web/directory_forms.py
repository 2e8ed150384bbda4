"""The directory's forms to people, pure: every fault stands beside its field."""

import re
from datetime import datetime
from typing import get_args

from broker.names import EXTENSION_PATTERN, NAME_LIMIT, clean
from host_agent.core.colleagues import Colleague, Language
from host_agent.core.contacts import MOST_NUMBERS, Contact, is_address, moment
from host_agent.core.phone_plan import e164
from host_agent.web.forms import Faulty, Form

_LANGUAGES: tuple[Language, ...] = get_args(Language)
_ADDRESS_LIMIT = 254


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


def contact(form: Form, contact_id: str, country: str) -> Contact | Faulty:
    """Somebody outside: a name or an organisation, and at least one number; one number a line."""
    faults = {}
    name, organisation = (clean(form.get(word, ""), NAME_LIMIT) or None for word in ("name", "organisation"))
    if name is None and organisation is None:
        faults["name"] = _("Vul een naam of een organisatie in.")
    written = [text for text in re.split(r"[\r\n;]+", form.get("numbers", "")) if text.strip()]
    numbers = tuple(dict.fromkeys(number for text in written if (number := e164(text, country)) is not None))
    if not written:
        faults["numbers"] = _("Vul ten minste één nummer in.")
    elif len(numbers) > MOST_NUMBERS:
        faults["numbers"] = _("Dit zijn te veel nummers.")
    elif any(e164(text, country) is None for text in written):
        faults["numbers"] = _("Hier staat iets dat geen telefoonnummer is; zet elk nummer op een eigen regel.")
    return Faulty(faults) if faults else Contact(name, organisation, numbers, contact_id)


def colleague(form: Form, before: Colleague | None) -> Colleague | Faulty:
    """Somebody inside. What the form does not ask stays as it was `before`."""
    faults = {}
    name = clean(form.get("name", ""), NAME_LIMIT)
    if not name:
        faults["name"] = _("Vul een naam in.")
    extension = clean(form.get("extension", ""), NAME_LIMIT) or None
    if extension is not None and not re.fullmatch(EXTENSION_PATTERN, extension):
        faults["extension"] = _("Een toestelnummer bestaat uit cijfers, zoals de centrale het noemt.")
    email = clean(form.get("email", ""), _ADDRESS_LIMIT) or None
    if email is not None and not is_address(email):
        faults["email"] = _("Dit is geen e-mailadres.")
    typed = form.get("absent_until", "").strip()
    absent_until = moment(typed) if typed else None
    if typed and absent_until is None:
        faults["absent_until"] = _("Kies een dag en een tijd.")
    if faults:
        return Faulty(faults)
    return Colleague(
        name=name,
        extension=extension,
        email=email,
        notify_urls=() if before is None else before.notify_urls,
        language=next((word for word in _LANGUAGES if word == form.get("language")), "nl"),
        deputy=clean(form.get("deputy", ""), NAME_LIMIT) or None,
        absent_until=absent_until,
        team=clean(form.get("team", ""), NAME_LIMIT) or None,
        lead=form.get("lead") == "yes",
    )


def absence(at: float | None) -> str:
    """A moment (Unix seconds) as a datetime-local field holds it."""
    return "" if at is None else f"{datetime.fromtimestamp(at):%Y-%m-%dT%H:%M}"
