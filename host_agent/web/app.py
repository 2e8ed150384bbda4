"""The web application: pages, live stream, health and static files, all behind the guard.

Accounts and roles are not here yet: until they are, `host_agent.config` keeps the pages on loopback.
"""

import logging
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from host_agent.errors import StoreFault
from host_agent.web import pages, stream
from host_agent.web.desk import Desk
from host_agent.web.guard import Guard

log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"


def application(desk: Desk) -> ASGIApp:
    """Everything the web server answers with."""
    # No generated documentation: it would fetch scripts from elsewhere.
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(pages.routes(desk))
    app.include_router(stream.routes(desk))
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

    @app.exception_handler(HTTPException)
    async def refused(request: Request, fault: Any) -> Response:
        if fault.status_code not in (404, 405):
            return PlainTextResponse(f"{fault.detail}\n", fault.status_code)
        return pages.trouble(desk, request, "missing.html", fault.status_code)

    return Guard(app, desk.config.web.allowed_hosts, desk.config.web.frame_ancestors)
