"""The pages of the admin: people and the tokens of programs. A secret is shown once, on the answer that made it."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.rights import ROLES, Role
from host_agent.people import People, digest, secret
from host_agent.ports_people import Scope
from host_agent.web.desk import Desk
from host_agent.web.shown import address, own_form, shown

SCOPES: tuple[Scope, ...] = ("notes:read", "notes:write", "metrics:read")
TOKEN_PREFIX = "belbord_"  # noqa: S105  # so that a leaked one is recognised for what it is


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


def routes(desk: Desk, people: People) -> APIRouter:
    """Adding and closing accounts, and making and revoking tokens."""
    router = APIRouter()

    async def people_page(request: Request, status: int = 200, **values: object) -> Response:
        known: dict[str, object] = {"typed": {}, "fault": None, "link": None, "link_for": None}
        everyone = await people.everyone()
        return shown(desk, request, "people.html", status=status, everyone=everyone, roles=ROLES, **{**known, **values})

    @router.get("/people")
    async def everyone(request: Request) -> Response:
        return await people_page(request)

    @router.post("/people")
    async def add(request: Request) -> Response:
        form = await own_form(request)
        if form is None:
            return shown(desk, request, "refused.html", status=403)
        login, name = (clean(form.get(field, ""), NAME_LIMIT) for field in ("login", "name"))
        role = _role(form.get("role", ""))
        if not login or not name or role is None:
            return await people_page(request, 422, typed=form, fault=_("Vul een naam, een aanmeldnaam en een rol in."))
        made = await people.add(login, name, role)
        if made is None:
            return await people_page(request, 422, typed=form, fault=_("Deze aanmeldnaam of naam is al in gebruik."))
        return await people_page(request, link=f"{address(desk, request)}/welcome/{made[1]}", link_for=name)

    @router.post("/people/{person_id}/link")
    async def link(request: Request, person_id: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        known = next((each for each in await people.everyone() if each.id == person_id and each.is_enabled), None)
        if known is None:
            return shown(desk, request, "missing.html", status=404)
        word = await people.new_link(person_id)
        return await people_page(request, link=f"{address(desk, request)}/welcome/{word}", link_for=known.name)

    @router.post("/people/{person_id}/role")
    async def role(request: Request, person_id: str) -> Response:
        form = await own_form(request)
        wanted = _role((form or {}).get("role", ""))
        if form is None or wanted is None:
            return shown(desk, request, "refused.html", status=403)
        return await _done(request, await people.set_role(person_id, wanted))

    @router.post("/people/{person_id}/enable")
    async def enable(request: Request, person_id: str) -> Response:
        return await _open_or_close(request, person_id, is_enabled=True)

    @router.post("/people/{person_id}/disable")
    async def disable(request: Request, person_id: str) -> Response:
        return await _open_or_close(request, person_id, is_enabled=False)

    async def _open_or_close(request: Request, person_id: str, *, is_enabled: bool) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        return await _done(request, await people.set_enabled(person_id, is_enabled=is_enabled))

    async def _done(request: Request, is_done: bool) -> Response:
        if is_done:
            return RedirectResponse("/people", 303)
        return await people_page(request, 409, fault=_("Er moet een beheerder overblijven."))

    async def tokens_page(request: Request, status: int = 200, **values: object) -> Response:
        tokens = await people.thread.run(people.tokens.tokens)
        known: dict[str, object] = {"made": None, "fault": None}
        known["webhooks"] = await desk.webhooks.glances() if desk.webhooks is not None else []
        return shown(desk, request, "tokens.html", status=status, tokens=tokens, **{**known, **values})

    @router.get("/tokens")
    async def tokens(request: Request) -> Response:
        return await tokens_page(request)

    @router.post("/tokens")
    async def make_token(request: Request) -> Response:
        form = await own_form(request)
        if form is None:
            return shown(desk, request, "refused.html", status=403)
        name = clean(form.get("name", ""), NAME_LIMIT)
        scopes = [scope for scope in SCOPES if form.get(scope)]
        if not name or not scopes:
            return await tokens_page(request, 422, fault=_("Geef een naam, en kies wat het programma mag."))
        word, now = TOKEN_PREFIX + secret(), people.clock()
        await people.thread.run(lambda: people.tokens.add_token(digest(word), name, scopes, now))
        return await tokens_page(request, made=word)

    @router.post("/tokens/{serial}/revoke")
    async def revoke_token(request: Request, serial: int) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        await people.thread.run(lambda: people.tokens.revoke_token(serial))
        return RedirectResponse("/tokens", 303)

    @router.post("/webhooks/{digest}/try-again")
    async def try_again(request: Request, digest: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        if desk.webhooks is not None:
            await desk.webhooks.try_again(digest)
        return RedirectResponse("/tokens", 303)

    return router


def _role(word: str) -> Role | None:
    return next((role for role in ROLES if role == word), None)
