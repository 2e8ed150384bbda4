"""The whole house with nothing modelled but pins and panel.

A real SIP call on a real Asterisk lights the sign of a real desk program; the button's note stands in the real inbox.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import STDOUT, Popen
from sys import executable
from urllib.request import Request, urlopen

from broker.mosquitto import RunningBroker, free_port, running
from tests.on_pbx.office import PHONES, SIP_PORT_OF_A_PHONE, TRUNK, Office
from tests.on_pbx.sip import UserAgent
from tests.settings import UNIT, write_desk, write_host

SEEN_WITHIN_S = 15.0
NUMBER, GROUPED, NAME = "0612345678", "06 12 34 56 78", "Zoë Müller-Żółć"


def test_a_real_call_lights_the_sign_and_the_press_becomes_a_note(office: Office, tmp_path: Path) -> None:
    with running(["host", UNIT]) as broker:
        web, virtual = free_port(), free_port()
        write_configs(tmp_path, office, broker, web)
        with (
            program(["belbord-host", "run", "--config", "host.toml"], tmp_path),
            program(["belbord-desk", "run", "--config", f"{UNIT}.toml", "--virtual", str(virtual)], tmp_path),
        ):
            until("the host is up", lambda: health(web) == {"ready": True, "link": True, "pbx": "up"})
            until("the unit believes its board", lambda: "bordje uit" in page(web))
            asyncio.run(call_and_press(office, web, virtual))


async def call_and_press(office: Office, web: int, virtual: int) -> None:
    outside = await UserAgent(TRUNK, 5070, office.sip).open()
    phones = [await UserAgent(address, SIP_PORT_OF_A_PHONE, office.sip).open() for address, _ in PHONES.values()]
    try:
        call = outside.place("0201112200", NUMBER, NAME)
        ringing = await phones[0].next_call()
        await asyncio.to_thread(
            until, "the sign is lit", lambda: "bordje aan" in page(web) and look(virtual)["lamp"] == 1
        )
        ringing.answer()
        await ringing.until(ringing.answered)
        await asyncio.to_thread(until, "nobody waits on the page", lambda: "niemand wacht" in page(web))
        for down in (True, False):
            await asyncio.to_thread(post, virtual, down)
        await asyncio.to_thread(
            until,
            "the note stands in the inbox",
            lambda: GROUPED in page(web) and NAME in page(web),
        )
        call.hang_up()
        await ringing.until(ringing.ended)
    finally:
        outside.close()
        for phone in phones:
            phone.close()


def write_configs(folder: Path, office: Office, broker: RunningBroker, web: int) -> None:
    write_host(folder, broker.login("host"), web=web, ami_port=office.ami_port, ami_secret=office.secret)
    write_desk(folder, broker.login(UNIT))


@contextmanager
def program(words: list[str], folder: Path) -> Iterator[None]:
    """One of Belbord's programs, as an installed one is started; what it said is shown when the test fails."""
    with (folder / f"{words[0]}.log").open("w") as log:
        process = Popen([str(Path(executable).with_name(words[0])), *words[1:]], cwd=folder, stdout=log, stderr=STDOUT)
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(15) == 0, (folder / f"{words[0]}.log").read_text()


def until(claim: str, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SEEN_WITHIN_S
    while True:
        try:
            if holds():
                return
        except OSError:  # not listening yet
            pass
        assert time.monotonic() < deadline, f"not seen within {SEEN_WITHIN_S} s: {claim}"
        time.sleep(0.05)


def health(web: int) -> object:
    with urlopen(f"http://127.0.0.1:{web}/api/health", timeout=5) as answer:
        return json.load(answer)


def page(web: int) -> str:
    with urlopen(f"http://127.0.0.1:{web}/", timeout=5) as answer:
        return str(answer.read().decode())


def look(virtual: int) -> dict[str, float]:
    """What the unit's page is told first: the unit as it looks now."""
    with urlopen(f"http://127.0.0.1:{virtual}/events", timeout=5) as stream:
        found: dict[str, float] = json.loads(stream.readline().removeprefix(b"data: "))
        return found


def post(virtual: int, down: bool) -> None:
    body = json.dumps({"down": down}).encode()
    request = Request(f"http://127.0.0.1:{virtual}/button", body, {"Content-Type": "application/json"})
    urlopen(request, timeout=5).close()
