"""Delivering a letter through Apprise; the only file that knows it. Blocks: called in a thread of its own."""

import logging
from urllib.parse import quote, urlencode

from broker.names import TEXT_LIMIT, clean
from host_agent.config import Config
from host_agent.config_promise import Mail
from host_agent.core.notices import Address
from host_agent.notify.letters import Letter

log = logging.getLogger(__name__)


class Undelivered(Exception):  # noqa: N818  # says what happened
    """A letter was not taken; the text says why, without the address's secrets or the letter."""


class AppriseChannel:
    """Sends letters. `mail` is the office's outgoing mail server, None for none."""

    def __init__(self, mail: Mail | None) -> None:
        self._mail = mail

    def take_over(self, config: Config) -> None:
        """Send by the mail server that is set now."""
        self._mail = config.promise.notices.mail

    def send(self, address: Address, letter: Letter) -> None:
        """Deliver `letter`; raises Undelivered."""
        # Here and not at the top: it takes half a second, and many an office sends nothing.
        import apprise

        url = self._url(address)
        # Its own log says addresses.
        logging.getLogger("apprise").propagate = False
        sender = apprise.Apprise()
        if not sender.add(url):
            raise Undelivered(f"{address.channel}: not an address that Apprise understands")
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:  # type: ignore[no-untyped-call]
            try:
                taken = sender.notify(title=letter.subject, body=letter.body, body_format=apprise.NotifyFormat.TEXT)
            except Exception as fault:
                raise Undelivered(f"{address.channel}: {type(fault).__name__}") from None
            lines = said.getvalue().strip().splitlines()
        if not taken:
            raise Undelivered(self._told(lines[-1] if lines else "not taken", url, address))

    def _url(self, address: Address) -> str:
        if address.channel != "mail":
            return address.url
        mail = self._mail
        if mail is None:
            raise Undelivered("mail: no mail server is set (notices.smtp_host)")
        login = f"{quote(mail.username, safe='')}:{quote(mail.password or '', safe='')}@" if mail.username else ""
        mode = {"starttls": "starttls", "tls": "ssl", "none": "insecure"}[mail.security]
        scheme = "mailto" if mail.security == "none" else "mailtos"
        to = address.url.removeprefix("mail:")
        asked = urlencode({"smtp": mail.host, "from": mail.sender, "to": to, "mode": mode, "format": "text"})
        return f"{scheme}://{login}{mail.host}:{mail.port}/?{asked}"

    def _told(self, line: str, url: str, address: Address) -> str:
        password = self._mail.password if self._mail else None
        for secret in filter(None, (url, password)):
            line = line.replace(secret, "•••")
        return clean(f"{address.channel}: {line}", TEXT_LIMIT)
