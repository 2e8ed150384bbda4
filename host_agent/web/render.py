"""Jinja2 templates to pages, in the reader's language."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.responses import HTMLResponse

from host_agent.core.notes import is_live, is_overdue
from host_agent.core.numbers import grouped
from host_agent.core.shorthand import parts
from host_agent.web.forms import local_input
from host_agent.web.phrases import Phrases, waited
from host_agent.web.reader import Reader
from host_agent.words import LANGUAGES, translations

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(language: str) -> Environment:
    """The templates in one language; whatever comes from outside is escaped."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # by the extension
    made.filters |= {
        "grouped": _grouped,
        "casefolded": str.casefold,
        "waited": waited,
        "local_input": local_input,
        "shorthand": parts,
    }
    made.globals |= {"languages": LANGUAGES, "is_overdue": is_overdue, "is_live": is_live}
    return made


@pass_context
def _grouped(context: Context, number: str) -> str:
    """A number as people here read it out."""
    head = context.get("head")
    return grouped(number, head.beside.country) if head else grouped(number)


def markup(template: str, reader: Reader, *, now: float, **values: Any) -> str:
    """The text of a template. `now`: Unix seconds."""
    phrases = Phrases(translations(reader.language), now)
    return environment(reader.language).get_template(template).render(reader=reader, t=phrases, now=now, **values)


def page(template: str, reader: Reader, *, now: float, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, with the reader's cookies."""
    answer = HTMLResponse(markup(template, reader, now=now, **values), status_code=status)
    reader.remember(answer)
    return answer
