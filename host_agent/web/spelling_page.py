"""The page that spells a name in a telephone alphabet. Nothing of what is typed is kept."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.spelling import spell
from host_agent.telephone_alphabets import ALPHABETS, alphabet
from host_agent.web.desk import Desk
from host_agent.web.pages import at_a_glance
from host_agent.web.reader import reader
from host_agent.web.render import page


def routes(desk: Desk) -> APIRouter:
    """`GET /spelling?woord=&alfabet=`."""
    router = APIRouter()

    @router.get("/spelling")
    async def spelling(request: Request) -> Response:
        who = reader(request, desk.config.language)
        word = clean(request.query_params.get("woord", ""), NAME_LIMIT)
        asked = request.query_params.get("alfabet", who.language)
        chosen = asked if asked in ALPHABETS else ALPHABETS[0]
        return page(
            "spelling.html",
            who,
            now=desk.inbox.clock(),
            head=at_a_glance(desk),
            word=word,
            chosen=chosen,
            alphabets=ALPHABETS,
            spelled=spell(word, alphabet(chosen)),
        )

    return router
