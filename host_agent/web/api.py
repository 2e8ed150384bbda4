"""The JSON API for other programs, under /api/v1: tokens with scopes, and POSTs that can be sent again safely."""

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import JSONResponse, Response

from broker.names import clean
from host_agent.core.notes import Assign, CallbackNote, Changed, FillIn, Finish, made
from host_agent.core.phone_plan import calling_code
from host_agent.core.search import Shelf, Wanted, fold
from host_agent.errors import StoreFault
from host_agent.people import People, digest
from host_agent.ports_people import ApiToken, Scope
from host_agent.web.api_shapes import Done, Fault, NewNote, Note, Notes, Tick, shape
from host_agent.web.desk import Desk
from host_agent.web.listing import listed

USED_S = 3_600.0
"""That a token is in use is written down this often at most."""

_BEARER = HTTPBearer(auto_error=False, description="A token that an admin made on the page /tokens.")
_FAULTS: dict[int | str, dict[str, Any]] = {
    401: {"model": Fault, "description": "No token, or one that was revoked"},
    422: {
        "model": Fault,
        "description": "What was sent is not as the contract says, or a key came with another request",
    },
    403: {"model": Fault, "description": "The token lacks the scope"},
    503: {"model": Fault, "description": "The store does not work"},
}
_GONE: dict[int | str, dict[str, Any]] = {404: {"model": Fault, "description": "No such note"}}
_AGAIN: dict[int | str, dict[str, Any]] = {409: {"model": Fault, "description": "Changed since, or already closed"}}

NoteId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same body gives the same answer, and does nothing twice.",
    ),
]


@dataclass(frozen=True)
class Bearer:
    """Whose token it is, and the token's digest."""

    token: ApiToken
    digest: str

    @property
    def who(self) -> str:
        """The name in the history of what this program changes."""
        return f"API: {self.token.name}"


def application(desk: Desk, people: People) -> FastAPI:
    """The API as an application of its own, with its own OpenAPI document at /openapi.json."""
    app = FastAPI(
        title="Belbord",
        version="1",
        summary="Callback notes for other programs.",
        docs_url=None,
        redoc_url=None,
        responses=_FAULTS,
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
    )
    reads, writes = _scope(people, "notes:read"), _scope(people, "notes:write")
    one_by_one = asyncio.Lock()

    @app.get("/notes", summary="List and search notes")
    async def notes(
        _: Annotated[Bearer, Depends(reads)],
        shelf: Annotated[Shelf, Query(description="open: still to be called back; overdue: those too late")] = "open",
        for_whom: Annotated[str | None, Query(max_length=80, description="For or assigned to this name")] = None,
        q: Annotated[str, Query(max_length=200, description="A piece of a name, number or reason")] = "",
        skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Notes:
        names = None if for_whom is None else (fold(clean(for_whom)),)
        found, total = await listed(
            desk, Wanted(shelf, names, clean(q), calling_code(desk.config.directory.country)), skip=skip, limit=limit
        )
        return Notes(notes=[shape(note) for note in found], total=total)

    @app.get("/notes/{note_id}", summary="One note", responses=_GONE)
    async def note(note_id: NoteId, _: Annotated[Bearer, Depends(reads)]) -> Note:
        return shape(await _found(desk, note_id))

    @app.post("/notes", summary="Make a note", status_code=201, response_model=Done)
    async def make(wanted: NewNote, bearer: Annotated[Bearer, Depends(writes)], key: IdempotencyKey = None) -> Response:
        if not wanted.caller_name and not wanted.caller_number:
            raise HTTPException(422, "a name or a number: who must be called back?")
        if wanted.assign and not wanted.for_whom:
            raise HTTPException(422, "assign: to whom? Say for_whom as well")
        note_id = hmac.digest(bearer.digest.encode(), (key or "").encode(), "sha256").hex()[:32] if key else None

        async def do() -> Done:
            # One that is there was made before a fault kept its answer from being written down.
            known = await desk.inbox.find(note_id) if note_id is not None else None
            note = known[0] if known is not None else _made(wanted, note_id, desk.inbox.clock())
            if known is None:
                await desk.inbox.keep(note, who=bearer.who)
            if wanted.assign and wanted.for_whom and note.version == 1:
                outcome = await desk.inbox.change(note.id, 1, Assign(wanted.for_whom), who=bearer.who)
                note = outcome.note if outcome is not None else note
            return Done(id=note.id, state=note.state, version=note.version)

        return await once(bearer, key, "make " + wanted.model_dump_json(), 201, do)

    @app.post("/notes/{note_id}/tick", summary="Tick a note off", response_model=Done, responses=_GONE | _AGAIN)
    async def tick(
        note_id: NoteId, wanted: Tick, bearer: Annotated[Bearer, Depends(writes)], key: IdempotencyKey = None
    ) -> Response:
        async def do() -> Done:
            note = await _found(desk, note_id)
            outcome = await desk.inbox.change(note.id, wanted.version, Finish(wanted.outcome or None), who=bearer.who)
            if not isinstance(outcome, Changed):
                raise HTTPException(409, "the note was changed since, or is already closed: read it again")
            return Done(id=note.id, state=outcome.note.state, version=outcome.note.version)

        return await once(bearer, key, f"tick {note_id} {wanted.model_dump_json()}", 200, do)

    async def once(
        bearer: Bearer, key: str | None, request: str, status: int, do: Callable[[], Awaitable[Done]]
    ) -> Response:
        """The answer of `do`; with a key, the one that was given before (draft-ietf-httpapi-idempotency-key-header)."""
        if key is None:
            return Response((await do()).model_dump_json(), status, media_type="application/json")
        said, serial = hmac.digest(bearer.digest.encode(), request.encode(), "sha256").hex(), bearer.token.serial
        # A second request under the key waits for the first one's answer.
        async with one_by_one:
            known = await people.thread.run(lambda: people.tokens.claim(serial, key, said, people.clock()))
            if known is not None and known.request != said:
                raise HTTPException(422, "this Idempotency-Key came with another request before")
            if known is not None and known.answer is not None:
                return Response(known.answer, status, media_type="application/json")
            try:
                answer = (await do()).model_dump_json()
            except HTTPException:
                await people.thread.run(lambda: people.tokens.answered(serial, key, None))
                raise
            await people.thread.run(lambda: people.tokens.answered(serial, key, answer))
        return Response(answer, status, media_type="application/json")

    @app.exception_handler(RequestValidationError)
    async def not_as_agreed(_request: Request, fault: Any) -> Response:
        # Where and why, without what was sent.
        told = [f"{'.'.join(str(step) for step in each['loc'])}: {each['msg']}" for each in fault.errors()]
        return JSONResponse({"detail": "; ".join(told)}, 422)

    @app.exception_handler(StoreFault)
    async def store_fails(_request: Request, _fault: Any) -> Response:
        return JSONResponse({"detail": "the store does not work"}, 503)

    return app


def _scope(people: People, wanted: Scope) -> Callable[[HTTPAuthorizationCredentials | None], Awaitable[Bearer]]:
    async def bearer(said: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Bearer:
        key = digest(said.credentials) if said is not None else ""
        token = await people.thread.run(lambda: people.tokens.token(key)) if said is not None else None
        if token is None:
            raise HTTPException(401, "no token, or one that was revoked", {"WWW-Authenticate": "Bearer"})
        if wanted not in token.scopes:
            raise HTTPException(403, f"the token lacks the scope {wanted}")
        now = people.clock()
        if token.used_at is None or now - token.used_at > USED_S:
            await people.thread.run(lambda: people.tokens.token_used(token.serial, now))
        return Bearer(token, key)

    return bearer


async def bearer_of(people: People, request: Request, wanted: Scope) -> Bearer | None:
    """Whose token a request outside the API carries, None unless it is known and has the scope. Raises StoreFault."""
    try:
        return await _scope(people, wanted)(await _BEARER(request))
    except HTTPException:
        return None


async def _found(desk: Desk, note_id: str) -> CallbackNote:
    found = await desk.inbox.find(note_id)
    if found is None:
        raise HTTPException(404, "no such note")
    return found[0]


def _made(wanted: NewNote, note_id: str | None, at: float) -> CallbackNote:
    return made(_fill_in(wanted), note_id=note_id or secrets.token_hex(16), at=at)


def _fill_in(wanted: NewNote) -> FillIn:
    until: datetime | None = wanted.promised_by
    return FillIn(
        caller_name=wanted.caller_name or None,
        caller_number=wanted.caller_number,
        name_unsure=wanted.name_unsure,
        organisation=wanted.organisation or None,
        for_whom=wanted.for_whom or None,
        reason=wanted.reason or None,
        urgent=wanted.urgent,
        reachable=wanted.reachable or None,
        promised_by=None if until is None else until.timestamp(),
        read_back=wanted.read_back,
    )
