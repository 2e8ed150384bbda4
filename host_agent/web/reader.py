"""Who reads a page: name, language and form token, from cookies.

With accounts the reader is who signed in. Without them a name is what the reader says it is, which is why the pages
then stay on this machine. The token ties a form to the browser it was sent to (double submit). Its cookie is Lax: a
Strict one stays behind when a link in an e-mail is opened, and the new one would spoil the forms of every other tab.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.rights import Person, Right, may
from host_agent.words import LANGUAGES, accepted

NOBODY = "telefoniste"
_WHO, _LANGUAGE, _TOKEN = "belbord_who", "belbord_language", "belbord_form"
_YEAR_S = 365 * 86_400
_TOKEN_LENGTH = 43


@dataclass(frozen=True)
class Reader:
    """`asked`: the language was chosen on this very page, and is to be remembered. `person`: who signed in."""

    who: str
    language: str
    token: str
    asked: bool = False
    person: Person | None = None
    has_accounts: bool = False

    def may(self, right: Right) -> bool:
        """Whether to show what asks for this right. Without accounts everything is shown to whoever is here."""
        return not self.has_accounts or may(self.person.role if self.person else None, right)

    def remember(self, answer: Response) -> None:
        """Give the browser its cookies."""
        _keep(answer, _TOKEN, self.token)
        if self.asked:
            _keep(answer, _LANGUAGE, self.language)


def reader(request: Request, default_language: str) -> Reader:
    """The reader of a request. `default_language`: one of ours, or `auto` for the browser's."""
    asked = request.query_params.get("taal")
    by_browser = (
        accepted(request.headers.get("accept-language", "")) if default_language == "auto" else default_language
    )
    language = next(
        (word for word in (asked, request.cookies.get(_LANGUAGE), by_browser) if word in LANGUAGES), LANGUAGES[0]
    )
    token = request.cookies.get(_TOKEN, "")
    state = request.scope.get("state", {})
    person: Person | None = state.get("person")
    typed = clean(unquote(request.cookies.get(_WHO, "")), NAME_LIMIT)
    return Reader(
        who=person.name if person else typed or NOBODY,
        language=str(language),
        token=token if len(token) == _TOKEN_LENGTH and token.isascii() else secrets.token_urlsafe(32),
        asked=asked in LANGUAGES,
        person=person,
        has_accounts=state.get("has_accounts", False),
    )


def is_own_form(request: Request, form: Mapping[str, str]) -> bool:
    """Whether a form carries the token of the browser that sends it."""
    return hmac.compare_digest(form.get("token", "-").encode(), request.cookies.get(_TOKEN, "").encode()) and bool(
        request.cookies.get(_TOKEN)
    )


def remember_name(answer: Response, who: str) -> None:
    """Keep the name that the reader goes by."""
    _keep(answer, _WHO, quote(who))


def forget_form(answer: Response) -> None:
    """Have the browser take a new form token: somebody else may sit there now."""
    answer.delete_cookie(_TOKEN, httponly=True, samesite="strict")


def _keep(answer: Response, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=_YEAR_S, httponly=True, samesite="lax" if name == _TOKEN else "strict")
