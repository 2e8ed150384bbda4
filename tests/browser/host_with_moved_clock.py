"""The host agent as it is, but for its clock: a test moves it by writing in a file how far it is ahead."""

import asyncio
import sys
import time
from pathlib import Path

from host_agent import chaser, inbox
from host_agent.app import serve
from host_agent.config import load
from host_agent.notify import notifier

LOOK_S = 0.2
"""Nobody tells a program that its clock was moved: here it looks sooner than it does in an office."""


def main(config: str, ahead: str) -> None:
    """Serve `config`, by a clock that is ahead by as many seconds as stand in the file `ahead`."""
    chaser.LOOK_S = inbox.RECOUNT_S = notifier.REST_S = LOOK_S
    file = Path(ahead)
    asyncio.run(serve(load(Path(config)), clock=lambda: time.time() + float(file.read_text())))


if __name__ == "__main__":
    main(*sys.argv[1:])
