"""The contracts for other programs: the API's own page, without anybody else's scripts, and the documents."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from host_agent.web.desk import Desk
from host_agent.web.shown import address, shown


def routes(desk: Desk, contract: Mapping[str, Any]) -> APIRouter:
    """The page and two documents. `contract`: the OpenAPI document."""
    router = APIRouter()
    operations = [
        {"method": method.upper(), "path": path, "summary": said["summary"], "takes": said.get("parameters", [])}
        for path, methods in contract["paths"].items()
        for method, said in methods.items()
    ]

    @router.get("/api")
    async def api(request: Request) -> Response:
        return shown(desk, request, "api.html", operations=operations, address=address(desk, request))

    @router.get("/openapi.json")
    async def openapi(_: Request) -> Response:
        return JSONResponse(contract)

    @router.get("/asyncapi.yaml")
    async def asyncapi(_: Request) -> Response:
        # RFC 9512: the media type of YAML.
        return Response((files("broker") / "asyncapi.yaml").read_bytes(), media_type="application/yaml")

    return router
