"""The real adapter on the simulated PBX, over TCP: the board it makes is the office as it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from host_agent.core.board import OfficeBoard, apply, line_state
from host_agent.core.events import PbxEvent
from host_agent.pbx.asterisk.adapter import AsteriskAdapter
from host_agent.pbx.asterisk.settings import AsteriskSettings
from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated.ami_server import AmiServer
from host_agent.pbx.simulated.facts import the_office
from host_agent.pbx.simulated.pbx import SimulatedPbx
from host_agent.pbx.simulated.people import Person

WITHIN_S = 10.0


class Office:
    """A simulated PBX, and the board that the host has of it."""

    def __init__(self) -> None:
        self.pbx = SimulatedPbx(the_office(1_795_344_000.0))
        self.server = AmiServer(self.pbx, "belbord", "s3cret")
        self.board = OfficeBoard()
        self.changed = asyncio.Event()

    def take(self, events: Sequence[PbxEvent]) -> None:
        for event in events:
            self.board = apply(self.board, event)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def waiting(self, queue: str = "receptie") -> int | None:
        state = self.board.queues.get(queue)
        return None if state is None else state.waiting

    def rings(self, name: str, number: str = "0612345678") -> str:
        self.pbx.perform(do.CallerRings(Person(number, name)))
        return self.pbx.office.waiting[-1].call


@asynccontextmanager
async def connected() -> AsyncIterator[Office]:
    office = Office()
    async with office.server.serving():
        settings = AsteriskSettings("127.0.0.1", "belbord", "s3cret", office.server.port, retry_first_s=0.05)
        running = asyncio.create_task(AsteriskAdapter(settings).run(office.take))
        try:
            await office.until(lambda: office.board.link == "up")
            yield office
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _play(story: Callable[[Office], Awaitable[None]]) -> None:
    async def play() -> None:
        async with connected() as office:
            await story(office)

    asyncio.run(play())


def test_a_call_from_joining_to_its_end() -> None:
    async def story(office: Office) -> None:
        office.rings("Van 't Hof")
        await office.until(lambda: office.waiting() == 1 and line_state(office.board, "100") == "ringing")
        party = office.board.lines["100"].facts.party
        assert party is not None
        assert (party.name, party.number) == ("Van 't Hof", "0612345678")
        office.pbx.perform(do.Answer("100"))
        await office.until(lambda: office.waiting() == 0 and line_state(office.board, "100") == "in_use")
        office.pbx.perform(do.Hold("100", held=True))
        await office.until(lambda: line_state(office.board, "100") == "on_hold")
        office.pbx.perform(do.Hold("100", held=False))
        await office.until(lambda: line_state(office.board, "100") == "in_use")
        office.pbx.perform(do.HangUp("100"))
        await office.until(lambda: line_state(office.board, "100") == "idle")

    _play(story)


def test_who_gives_up_is_remembered() -> None:
    async def story(office: Office) -> None:
        call = office.rings("Noor Bakker")
        await office.until(lambda: office.waiting() == 1)
        office.pbx.perform(do.CallerHangsUp(call))
        await office.until(lambda: office.waiting() == 0 and len(office.board.abandoned) == 1)
        assert office.board.abandoned[0].party.name == "Noor Bakker"

    _play(story)


def test_a_call_passed_on_rings_at_the_colleague_until_somebody_answers() -> None:
    async def story(office: Office) -> None:
        office.rings("Noor Bakker")
        office.pbx.perform(do.Answer("100"))
        office.pbx.perform(do.Transfer("100", "202"))
        await office.until(lambda: len(office.board.transfers) == 1)
        assert line_state(office.board, "100") == "idle"
        office.pbx.perform(do.Answer("202"))
        await office.until(lambda: not office.board.transfers)
        assert line_state(office.board, "202") == "in_use"

    _play(story)


def test_a_pause_is_seen() -> None:
    async def story(office: Office) -> None:
        office.pbx.perform(do.Pause("100", paused=True, reason="Lunch"))
        await office.until(lambda: line_state(office.board, "100") == "paused")

    _play(story)


def test_a_pbx_that_comes_back_is_known_as_it_is_by_then() -> None:
    async def story(office: Office) -> None:
        office.rings("Noor Bakker")
        await office.until(lambda: office.waiting() == 1)
        await office.server.away()
        await office.until(lambda: office.board.link == "away")
        office.rings("B. el Amrani")
        await office.server.back()
        await office.until(lambda: office.board.link == "up" and office.waiting() == 2)
        office.pbx.perform(do.Answer("100"))
        await office.until(lambda: office.waiting() == 1 and line_state(office.board, "100") == "in_use")

    _play(story)


def test_a_restarted_pbx_has_no_callers_left() -> None:
    async def story(office: Office) -> None:
        office.rings("Noor Bakker")
        await office.until(lambda: office.waiting() == 1)
        await office.server.away(restart=True)
        await office.until(lambda: office.board.link == "away")
        await office.server.back(restarted=True)
        await office.until(lambda: office.board.link == "up")
        assert office.waiting() == 0
        assert line_state(office.board, "100") == "idle"

    _play(story)


def test_a_withheld_number_is_never_taken_for_one() -> None:
    async def story(office: Office) -> None:
        office.rings("Anonymous", "anonymous")
        await office.until(lambda: line_state(office.board, "100") == "ringing")
        party = office.board.lines["100"].facts.party
        assert party is None or party.number is None

    _play(story)
