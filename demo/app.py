"""belbord-demo: broker, simulated PBX, host agent and a virtual desk unit side by side, and one page that frames them.

Each program is a child process in this process group; this process serves the page and ends them all.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import uvicorn

from broker.mosquitto import BrokerFault, RunningBroker, free_port, running
from demo.page import application
from demo.programs import DemoFault, Program
from demo.settings import AMI_USER, BOARD, HOST_USER, UNIT, Ports, desk_toml, host_toml
from demo.switchboard import NoAnswer, ask

READY_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05
SIGNAL_GRACE_S = 0.4
"""A Ctrl-C reaches the children as soon as us: a child that ends may only be first to hear it."""


class _QuietServer(uvicorn.Server):
    """Signals are the program's: one place decides how it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """What `belbord-demo` does; 0 after Ctrl-C or SIGTERM, 1 when something did not work."""
    parser = argparse.ArgumentParser(prog="belbord-demo", description="The whole of Belbord in one web page.")
    parser.add_argument("--port", type=int, default=8080, help="of the page, on loopback (default 8080)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--board", default=BOARD, metavar="NAME", help=f"the unit's board file (default {BOARD})")
    asked = parser.parse_args(arguments)
    try:
        asyncio.run(_demo(asked.port, asked.board, open_browser=not asked.no_browser))
    except (DemoFault, BrokerFault) as fault:
        print(f"belbord-demo: {fault}", file=sys.stderr)  # noqa: T201  # for the person who asked
        return 1
    return 0


async def _demo(port: int, board: str, *, open_browser: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with _listening(port) as listener, ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="belbord-demo-")))
        try:
            await _play(listener, folder, board, opened, stopping, open_browser=open_browser)
        except (DemoFault, BrokerFault, subprocess.CalledProcessError):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), SIGNAL_GRACE_S)
            if not stopping.is_set():
                raise


async def _play(
    listener: socket.socket,
    folder: Path,
    board: str,
    opened: ExitStack,
    stopping: asyncio.Event,
    *,
    open_browser: bool,
) -> None:
    started = time.monotonic()
    _say("Starting a broker, a simulated PBX, the host agent and a desk unit …")
    broker = await asyncio.to_thread(opened.enter_context, running([HOST_USER, UNIT]))
    ports = Ports(listener.getsockname()[1], broker.port, *(free_port() for _ in range(4)))
    programs = _programs(ports, _written(folder, ports, broker, board))
    for program in programs:
        opened.enter_context(program)
    opened.callback(_ask_to_end, programs)
    if not await _all_ready(ports, programs, stopping):
        return
    serving = asyncio.create_task(_serve(listener, ports, stopping))
    opened.callback(serving.cancel)
    address = f"http://127.0.0.1:{ports.demo}/"
    _say(f"Belbord is ready ({time.monotonic() - started:.1f} s): open {address}  (Ctrl-C ends it)")
    if open_browser:
        await asyncio.to_thread(webbrowser.open, address)
    while not stopping.is_set():
        for program in programs:
            program.check()
        _check(broker)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 0.5)
    await serving
    _say("Ending.")


def _written(folder: Path, ports: Ports, broker: RunningBroker, board: str) -> Path:
    """Configs and this run's random secrets, as files that only we may read."""
    files = {
        "host-password": broker.passwords[HOST_USER],
        "unit-password": broker.passwords[UNIT],
        "ami-secret": secrets.token_urlsafe(24),
        "host.toml": host_toml(ports, str(folder)),
        "desk.toml": desk_toml(ports, str(folder), board),
    }
    for name, text in files.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    (folder / "unit").mkdir(mode=0o700)
    return folder


def _programs(ports: Ports, folder: Path) -> list[Program]:
    scripts = Path(sys.executable).parent
    pbx = [sys.executable, "-m", "host_agent.pbx.simulated", "--ami-port", str(ports.ami)]
    pbx += ["--control-port", str(ports.control), "--username", AMI_USER, "--secret-file", str(folder / "ami-secret")]
    host = [str(scripts / "belbord-host"), "run", "--config", str(folder / "host.toml")]
    desk = [str(scripts / "belbord-desk"), "run", "--config", str(folder / "desk.toml"), "--virtual", str(ports.unit)]
    return [
        Program("the simulated PBX", pbx, folder / "pbx.log"),
        Program("the host agent", host, folder / "host.log"),
        Program("the desk unit", desk, folder / "desk.log"),
    ]


async def _all_ready(ports: Ports, programs: list[Program], stopping: asyncio.Event) -> bool:
    """Wait until each answers; False when a signal came first. Raises DemoFault when one ends or takes too long."""
    waited_for = {ports.control: "/state", ports.inbox: "/", ports.unit: "/"}
    deadline = time.monotonic() + READY_WITHIN_S
    for (port, path), program in zip(waited_for.items(), programs, strict=True):
        while not await _answers(port, path):
            for each in programs:
                each.check()
            if time.monotonic() > deadline:
                raise DemoFault(f"{program.title} is not ready after {READY_WITHIN_S:.0f} s; see {program.log}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), LOOK_EVERY_S)
            if stopping.is_set():
                return False
    return True


async def _answers(port: int, path: str) -> bool:
    try:
        return (await ask(port, "GET", path)).status == 200
    except NoAnswer:
        return False


async def _serve(listener: socket.socket, ports: Ports, stopping: asyncio.Event) -> None:
    config = uvicorn.Config(
        application(ports, stopping), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await stopping.wait()
    server.should_exit = True
    await serving


def _check(broker: RunningBroker) -> None:
    # Looks without reaping: the process is `running`'s to wait for.
    if os.waitid(os.P_PID, broker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
        lines = broker.log.read_text(errors="replace").splitlines()[-6:]
        raise DemoFault("the broker has ended by itself. Its last lines:\n" + "\n".join(lines))


def _ask_to_end(programs: list[Program]) -> None:
    for program in programs:
        program.ask_to_end()


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """The page's port, taken before anything is started; raises DemoFault with the remedy."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise DemoFault(f"port {port} cannot be opened ({error}): try `make demo PORT=8081`") from None
        listener.listen()
        yield listener


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # this is what the person sees


if __name__ == "__main__":
    sys.exit(main())
