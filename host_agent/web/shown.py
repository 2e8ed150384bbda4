"""Showing a page to whoever asks, and reading the form they send."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from host_agent.web.desk import Desk
from host_agent.web.forms import Form
from host_agent.web.pages import at_a_glance
from host_agent.web.reader import is_own_form, reader
from host_agent.web.render import page

_MOST_FIELDS = 20


def shown(desk: Desk, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page in the reader's language."""
    who = reader(request, desk.config.language)
    return page(template, who, now=desk.inbox.clock(), status=status, head=at_a_glance(desk), **values)


async def own_form(request: Request, most_fields: int = _MOST_FIELDS) -> Form | None:
    """The fields of a form of ours, None when it is not this browser's own."""
    async with request.form(max_files=0, max_fields=most_fields) as sent:
        form = {name: value for name, value in sent.items() if isinstance(value, str)}
    return form if is_own_form(request, form) else None


def address(desk: Desk, request: Request) -> str:
    """How browsers reach these pages, without a slash at the end."""
    return desk.config.web.address or str(request.base_url).rstrip("/")
