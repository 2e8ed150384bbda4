"""A real mail server on loopback, and what it was given."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from broker.mosquitto import free_port


class Mailbox:
    """What a mail server was given; `refuses` makes it say no. `port`: where it listens."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[EmailMessage] = []
        self.refuses = False
        self._came = threading.Condition()

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802  # aiosmtpd's
        """Take a letter, or refuse it."""
        if self.refuses:
            return "451 not now"
        letter = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[attr-defined, arg-type]
        with self._came:
            self.letters.append(letter)  # type: ignore[arg-type]  # the policy makes it one
            self._came.notify_all()
        return "250 taken"

    def next_to(self, address: str, words: str, *, after: int = 0, within_s: float = 20.0) -> EmailMessage:
        """The first letter to `address` in which `words` stand, of those after the first `after`; waits for it."""
        deadline = time.monotonic() + within_s
        with self._came:
            while True:
                for letter in self.letters[after:]:
                    if address in letter["To"] and words in letter.get_content():
                        return letter
                got = [(letter["To"], letter["Subject"]) for letter in self.letters]
                assert self._came.wait(deadline - time.monotonic()), f"no letter to {address} says {words!r}: {got}"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A mail server without encryption that takes everything."""
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
