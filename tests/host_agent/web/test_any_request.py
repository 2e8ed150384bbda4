"""Any request at all: it is answered, without a trace, and never with 500."""

import asyncio
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_agent.config import Config
from tests.host_agent.web.visits import HERE, OWN, Visit, visit

PATHS = (
    "/",
    "/note/",
    "/new",
    "/units",
    "/metrics",
    "/export.csv",
    "/contacts",
    "/c/",
    "/ical/",
    "/api/v1/notes",
    "/who",
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["x" * 10_000, "\x1b[2J", "\u202e06", "<script>", "%00", "../..", "9" * 400, "a\u0300" * 300, "[" * 4_000]
)
HEADER = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)
REQUESTS = st.tuples(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]),
    st.sampled_from(PATHS),
    TEXTS,
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.dictionaries(st.sampled_from(["accept-language", "cookie", "content-type", "authorization", "idempotency-key",
                                     "x-forwarded-for", "origin", "content-length"]), HEADER, max_size=3),
    st.binary(max_size=300) | TEXTS.map(lambda text: text.encode("utf-8", "replace")),
)  # fmt: skip


def test_any_request_is_answered(office: Config) -> None:
    async def story(house: Visit) -> None:
        loop = asyncio.get_running_loop()

        @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(REQUESTS)
        def hold(request: Any) -> None:
            asyncio.run_coroutine_threadsafe(_ask(house, *request), loop).result(20)

        await asyncio.to_thread(hold)

    visit(office, story)


async def _ask(
    house: Visit, method: str, path: str, rest: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    async with house.browser() as browser:
        try:
            request = browser.build_request(
                method, HERE + path + rest, params=query, headers={**OWN, **headers}, content=body
            )
        except (httpx.InvalidURL, ValueError):
            return
        answer = await browser.send(request)
    assert answer.status_code != 500, (method, path, rest[:40], query, headers)
    assert "Traceback" not in answer.text
