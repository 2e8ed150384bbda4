"""Signing in and out, and the one-time link with which somebody chooses a password."""

import math
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.rights import home
from host_agent.passwords import LONGEST, SHORTEST
from host_agent.people import NotYet, People, SignedIn
from host_agent.web.desk import Desk
from host_agent.web.forms import Form
from host_agent.web.reader import forget_form
from host_agent.web.shown import own_form, shown
from host_agent.web.visitor import address_of, drop_session, keep_session, person_of, session_of


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


def routes(desk: Desk, people: People) -> APIRouter:
    """The pages that are open to whoever comes."""
    router = APIRouter()
    web = desk.config.web

    def form_page(request: Request, status: int = 200, **values: object) -> Response:
        known = {"login": "", "onward": "", "wrong": False, "wait_s": 0, "over": False, "welcome": False}
        return shown(desk, request, "login.html", status=status, **{**known, **values})

    @router.get("/login")
    async def login(request: Request) -> Response:
        person = person_of(request)
        if person is not None or not web.has_accounts:
            return RedirectResponse(home(person.role if person else None), 303)
        asked = request.query_params
        return form_page(
            request, onward=onward(asked.get("verder", "")), over="verlopen" in asked, welcome="welkom" in asked
        )

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        form = await own_form(request)
        if form is None or not web.has_accounts:
            return form_page(request, 403, over=True)
        typed, further = clean(form.get("login", ""), NAME_LIMIT), onward(form.get("onward", ""))
        password = form.get("password", "")
        outcome = await people.sign_in(typed, password[: LONGEST + 1], address_of(web, request))
        if isinstance(outcome, NotYet):
            wait_s = math.ceil(outcome.wait_s)
            answer = form_page(request, 429, login=typed, onward=further, wait_s=wait_s)
            answer.headers["Retry-After"] = str(wait_s)
            return answer
        if not isinstance(outcome, SignedIn):
            return form_page(request, 422, login=typed, onward=further, wrong=True)
        if session_of(web, request):
            await people.sign_out(session_of(web, request))
        entered = RedirectResponse(further or home(outcome.person.role), 303)
        keep_session(web, entered, outcome.secret)
        forget_form(entered)
        return entered

    @router.post("/logout")
    async def sign_out(request: Request) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        await people.sign_out(session_of(web, request))
        left = RedirectResponse("/login", 303)
        drop_session(web, left)
        return left

    @router.get("/welcome/{secret}")
    async def welcome(request: Request, secret: str) -> Response:
        return await _welcome(request, secret, {}, {}, 200)

    @router.post("/welcome/{secret}")
    async def choose(request: Request, secret: str) -> Response:
        form = await own_form(request)
        if form is None:
            return await _welcome(request, secret, {}, {}, 403)
        found = await people.welcome(secret)
        if found is None or not web.has_accounts:
            return shown(desk, request, "welcome.html", status=410, person=None, is_over=True, typed={}, faults={})
        faults = _faults(form, is_first=found[0] is None)
        if faults:
            return await _welcome(request, secret, form, faults, 422)
        login, name = (clean(form.get(field, ""), NAME_LIMIT) for field in ("login", "name"))
        if await people.choose_password(secret, form["password"], login=login, name=name) is None:
            taken = {"login": _("Deze aanmeldnaam of naam is al in gebruik.")}
            return await _welcome(request, secret, form, taken if found[0] is None else {}, 422)
        done = RedirectResponse("/login?welkom=1", 303)
        drop_session(web, done)
        return done

    async def _welcome(request: Request, secret: str, typed: Form, faults: dict[str, str], status: int) -> Response:
        found = await people.welcome(secret) if web.has_accounts else None
        kept = {name: typed.get(name, "") for name in ("login", "name")}
        return shown(
            desk,
            request,
            "welcome.html",
            status=410 if found is None else status,
            person=found[0] if found else None,
            is_over=found is None,
            typed=kept,
            faults=faults,
        )

    return router


def onward(path: str) -> str:
    """Where to go after signing in: a page of ours, or nothing."""
    parts = urlsplit(path)
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and not parts.netloc
    return path if is_ours and path.isprintable() else ""


def _faults(form: Form, *, is_first: bool) -> dict[str, str]:
    faults = {}
    if is_first:
        for field in ("name", "login"):
            if not clean(form.get(field, ""), NAME_LIMIT):
                faults[field] = _("Vul dit in.")
    return faults | password_faults(form)


def password_faults(form: Form) -> dict[str, str]:
    """What is wrong with a password that somebody chooses, by field."""
    password = form.get("password", "")
    if not SHORTEST <= len(password) <= LONGEST:
        return {"password": _("Kies een wachtwoord van 10 tot 200 tekens; een paar woorden achter elkaar is goed.")}
    if password != form.get("again", ""):
        return {"again": _("Dit is niet hetzelfde als het eerste.")}
    return {}
