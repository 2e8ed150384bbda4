"""`python -m host_agent.pbx.simulated --ami-port N --control-port M --secret-file F`: a simulated PBX on loopback."""

import argparse
import asyncio
import contextlib
import logging
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from host_agent.pbx.simulated.ami_server import AmiServer
from host_agent.pbx.simulated.control import Switchboard, application
from host_agent.pbx.simulated.facts import the_office
from host_agent.pbx.simulated.pbx import SimulatedPbx


class _QuietServer(uvicorn.Server):
    """Signals are the program's: one place decides how it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host_agent.pbx.simulated", description=__doc__)
    parser.add_argument("--ami-port", type=int, default=5038)
    parser.add_argument("--control-port", type=int, default=8089)
    parser.add_argument("--username", default="belbord")
    parser.add_argument("--secret-file", type=Path, required=True, help="a file with the AMI secret and nothing else")
    parser.add_argument("--seed", type=int, help="the same callers each time")
    return parser.parse_args(argv)


async def _run(arguments: argparse.Namespace, secret: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    pbx = SimulatedPbx(the_office(time.time()))
    ami = AmiServer(pbx, arguments.username, secret, arguments.ami_port)
    board = Switchboard(pbx, ami, random.Random(arguments.seed))  # noqa: S311  # made-up callers, no secret
    config = uvicorn.Config(
        application(pbx, board, stopping),
        host="127.0.0.1",
        port=arguments.control_port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    web = _QuietServer(config)
    async with ami.serving():
        clock = asyncio.create_task(pbx.run())
        serving = asyncio.create_task(web.serve())
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({clock, serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        stopping.set()
        web.should_exit = True
        clock.cancel()
        await asyncio.gather(clock, serving, waiting, return_exceptions=True)


def main(argv: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; 0 then, 1 when it could not start."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    arguments = _arguments(argv)
    try:
        asyncio.run(_run(arguments, arguments.secret_file.read_text().strip()))
    except OSError as error:
        print(f"simulated PBX: {error}", file=sys.stderr)  # noqa: T201  # the one line of a failed start
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
