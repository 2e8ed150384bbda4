"""All notes as files to take away: CSV for a spreadsheet, JSON for a program."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from host_agent.core.notes import CallbackNote
from host_agent.web.desk import Desk
from host_agent.web.listing import whole_shelf

MOST = 100_000
MOMENTS = tuple(name for name in CallbackNote.__dataclass_fields__ if name.endswith(("_at", "_by")))
INNER = ("version", "rev", "fingerprint", "conflict")
"""Fields that say nothing to people."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def routes(desk: Desk) -> APIRouter:
    """The two files."""
    router = APIRouter()

    async def notes() -> list[CallbackNote]:
        return [*await whole_shelf(desk, "open", MOST), *await whole_shelf(desk, "closed", MOST)]

    def file(content: str, kind: str, ending: str) -> Response:
        name = f"terugbelnotities-{datetime.fromtimestamp(desk.inbox.clock()):%Y-%m-%d}.{ending}"
        return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @router.get("/export.csv")
    async def as_csv(_: Request) -> Response:
        # With a byte order mark, without which Excel takes it for Latin-1.
        return file("\ufeff" + csv_text(await notes()), "text/csv; charset=utf-8", "csv")

    @router.get("/export.json")
    async def as_json(_: Request) -> Response:
        rows = [row(note) for note in await notes()]
        return file(json.dumps(rows, ensure_ascii=False, indent=1), "application/json", "json")

    return router


def row(note: CallbackNote) -> dict[str, object]:
    """A note by field name, with moments as people and programs both read them (ISO 8601, local)."""
    said = {name: value for name, value in asdict(note).items() if name not in INNER}
    return {name: _moment(value) if name in MOMENTS else value for name, value in said.items()}


def csv_text(notes: Sequence[CallbackNote]) -> str:
    """The notes in CSV (RFC 4180), with `;` as spreadsheets here expect."""
    names = [name for name in CallbackNote.__dataclass_fields__ if name not in INNER]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=";")
    writer.writeheader()
    writer.writerows({name: quoted(value) for name, value in row(note).items()} for note in notes)
    return out.getvalue()


def quoted(value: object) -> object:
    """A cell that a spreadsheet shows and never runs: what begins like a formula gets a quote in front (OWASP)."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")
