"""Changing one's own password: the old one is asked, and whoever else is signed in to the account is out."""

import math

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from host_agent.core.rights import Person
from host_agent.passwords import LONGEST
from host_agent.people import NotYet, People, SignedIn
from host_agent.web.desk import Desk
from host_agent.web.login import password_faults
from host_agent.web.reader import forget_form
from host_agent.web.shown import own_form, shown
from host_agent.web.visitor import address_of, keep_session, person_of, vouched_for


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


def routes(desk: Desk, people: People) -> APIRouter:
    """One page, for whoever signed in here with a password."""
    router = APIRouter()
    web = desk.config.web

    def form_page(request: Request, person: Person, status: int = 200, **values: object) -> Response:
        # Who is vouched for by the office's own sign-in has no use for a password here.
        is_elsewhere = vouched_for(web, request) is not None
        known = {"faults": {}, "wait_s": 0, "changed": False, "refused": False}
        said = {"login": person.login, "is_elsewhere": is_elsewhere, **known, **values}
        return shown(desk, request, "password.html", status=status, **said)

    @router.get("/password")
    async def password(request: Request) -> Response:
        person = person_of(request)
        if person is None:
            return shown(desk, request, "missing.html", status=404)
        return form_page(request, person, changed="gewijzigd" in request.query_params)

    @router.post("/password")
    async def change(request: Request) -> Response:
        person, form = person_of(request), await own_form(request)
        if person is None:
            return shown(desk, request, "missing.html", status=404)
        if form is None or vouched_for(web, request) is not None:
            return form_page(request, person, 403, refused=True)
        faults = password_faults(form)
        if faults:
            return form_page(request, person, 422, faults=faults)
        old, new = form.get("old", "")[: LONGEST + 1], form["password"]
        outcome = await people.change_password(person, old, new, address_of(web, request))
        if isinstance(outcome, NotYet):
            wait_s = math.ceil(outcome.wait_s)
            answer = form_page(request, person, 429, wait_s=wait_s)
            answer.headers["Retry-After"] = str(wait_s)
            return answer
        if not isinstance(outcome, SignedIn):
            return form_page(request, person, 422, faults={"old": _("Dit is niet uw wachtwoord van nu.")})
        changed = RedirectResponse("/password?gewijzigd=1", 303)
        keep_session(web, changed, outcome.secret)
        forget_form(changed)
        return changed

    return router
