"""The web application: pages, live stream, health and static files, all behind the guard.

The guard lets a request in, the visitor says who asks, and the gate before each route whether they may.
"""

import logging
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from host_agent.errors import StoreFault
from host_agent.web import (
    api,
    api_page,
    directory_pages,
    export,
    link_pages,
    login,
    metrics,
    own_pages,
    pages,
    password_page,
    people_pages,
    provisioning_pages,
    spelling_page,
    stream,
    unit_pages,
    update_pages,
)
from host_agent.web.desk import Desk
from host_agent.web.gate import TurnedAway, gate, turned_away
from host_agent.web.guard import Guard
from host_agent.web.visitor import Visitor

log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"


def application(desk: Desk) -> ASGIApp:
    """Everything the web server answers with."""
    # No generated documentation: it would fetch scripts from elsewhere.
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(gate(desk))])
    app.include_router(pages.routes(desk))
    app.include_router(stream.routes(desk))
    app.include_router(spelling_page.routes(desk))
    app.include_router(link_pages.routes(desk))
    served = api.application(desk, desk.people)
    app.include_router(login.routes(desk, desk.people))
    app.include_router(password_page.routes(desk, desk.people))
    app.include_router(people_pages.routes(desk, desk.people))
    app.include_router(own_pages.routes(desk, desk.people))
    app.include_router(export.routes(desk))
    app.include_router(unit_pages.routes(desk))
    app.include_router(update_pages.routes(desk))
    app.include_router(provisioning_pages.routes(desk))
    app.include_router(api_page.routes(desk, served.openapi()))
    app.mount("/api/v1", served)
    if desk.gauges is not None:
        app.include_router(metrics.routes(desk, desk.people, desk.gauges))
    if desk.directory is not None and desk.seen_calls is not None:
        app.include_router(directory_pages.routes(desk, desk.directory, desk.seen_calls))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")

    @app.get("/api/health")
    async def health() -> JSONResponse:
        return JSONResponse(
            {"ready": not desk.inbox.is_failing, "link": desk.bus.is_up, "pbx": desk.live.office.link},
            status_code=503 if desk.inbox.is_failing else 200,
        )

    @app.exception_handler(StoreFault)
    async def store_fails(request: Request, fault: Any) -> Response:
        log.error("%s", fault)
        return pages.trouble(desk, request, "broken.html", 503)

    @app.exception_handler(TurnedAway)
    async def not_theirs(request: Request, _fault: Any) -> Response:
        return turned_away(desk, request)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, fault: Any) -> Response:
        if fault.status_code not in (404, 405):
            return PlainTextResponse(f"{fault.detail}\n", fault.status_code)
        return pages.trouble(desk, request, "missing.html", fault.status_code)

    return Guard(
        Visitor(app, desk.config.web, desk.people), desk.config.web.allowed_hosts, desk.config.web.frame_ancestors
    )
