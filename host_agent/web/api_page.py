"""The API's own page: what it can do, from its OpenAPI document, without anybody else's scripts."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from host_agent.web.desk import Desk
from host_agent.web.shown import address, shown


def routes(desk: Desk, contract: Mapping[str, Any]) -> APIRouter:
    """One page. `contract`: the OpenAPI document."""
    router = APIRouter()
    operations = [
        {"method": method.upper(), "path": path, "summary": said["summary"], "takes": said.get("parameters", [])}
        for path, methods in contract["paths"].items()
        for method, said in methods.items()
    ]

    @router.get("/api")
    async def api(request: Request) -> Response:
        return shown(desk, request, "api.html", operations=operations, address=address(desk, request))

    return router
