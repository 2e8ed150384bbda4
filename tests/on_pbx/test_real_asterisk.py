"""Belbord's board beside a real Asterisk with real SIP calls: what was done is what the board says.

Run by `make test-pbx`. The adapter logs in with the least rights that the installation page names.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from host_agent.core.board import OfficeBoard, apply, line_state
from host_agent.core.events import PbxAway, PbxEvent
from host_agent.core.queues import longest_wait
from host_agent.pbx.asterisk.adapter import AsteriskAdapter, AsteriskSettings
from tests.on_pbx.office import PHONES, SIP_PORT_OF_A_PHONE, TRUNK, Office, act
from tests.on_pbx.sip import UserAgent

Phones = dict[str, UserAgent]
Outside = Callable[[], Awaitable[UserAgent]]
SEEN_WITHIN_S = 5.0
RECEPTION, SERVICE = "0201112200", "0201112201"


@dataclass
class Watch:
    """The board, kept by the real adapter, and a way to wait for what it should say."""

    office: OfficeBoard = field(default_factory=OfficeBoard)
    events: list[PbxEvent] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, events: Sequence[PbxEvent]) -> None:
        for event in events:
            self.events.append(event)
            self.office = apply(self.office, event)
        self.changed.set()

    async def until(self, claim: str, holds: Callable[[OfficeBoard], bool], within_s: float = SEEN_WITHIN_S) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not holds(self.office):
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"not seen within {within_s} s: {claim}; the board says {self.office}") from None

    def waiting(self, queue: str = "receptie") -> list[str | None]:
        return [caller.party.number for caller in self.office.queues[queue].callers]

    def state(self, extension: str) -> str:
        return line_state(self.office, extension)


@asynccontextmanager
async def watching(office: Office) -> AsyncIterator[Watch]:
    watch = Watch()
    adapter = AsteriskAdapter(
        AsteriskSettings("127.0.0.1", username="belbord", secret=office.secret, port=office.ami_port)
    )
    task = asyncio.create_task(adapter.run(watch.deliver))
    try:
        await watch.until("the first snapshot", lambda o: o.link == "up" and set(o.queues) == {"receptie", "service"})
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def parties(office: Office) -> AsyncIterator[tuple[Outside, Phones]]:
    """Makers of outside callers, one socket each, and the desk phones by extension."""
    ports = iter(range(5080, 5180))
    async with AsyncExitStack() as stack:

        async def opened(address: str, port: int) -> UserAgent:
            agent = await UserAgent(address, port, office.sip).open()
            stack.callback(agent.close)
            return agent

        phones = {number: await opened(address, SIP_PORT_OF_A_PHONE) for number, (address, _) in PHONES.items()}
        yield lambda: opened(TRUNK, next(ports)), phones


def nobody_calls(office: OfficeBoard) -> bool:
    queues = not any(queue.waiting for queue in office.queues.values())
    return queues and all(line.facts.state == "idle" for line in office.lines.values())


def story(office: Office, tell: Callable[[Watch, Outside, Phones], Awaitable[None]]) -> None:
    """Run one story; every story begins and ends with an empty office."""

    async def run() -> None:
        async with watching(office) as watch, parties(office) as (outside, phones):
            try:
                await tell(watch, outside, phones)
            finally:
                office.cli("channel request hangup all")
                await watch.until("an empty office", nobody_calls)

    asyncio.run(run())


def test_a_caller_is_seen_waiting_ringing_talking_and_gone(office: Office) -> None:
    async def tell(watch: Watch, outside: Outside, phones: Phones) -> None:
        outsider = await outside()
        call = outsider.place(RECEPTION, "0612345678", "Zoë Müller-Żółć")
        await watch.until("one waits", lambda o: o.queues["receptie"].waiting == 1)
        assert watch.waiting() == ["0612345678"]
        assert watch.office.queues["receptie"].callers[0].party.name == "Zoë Müller-Żółć"
        ringing = await phones["100"].next_call()
        await watch.until("100 rings", lambda o: line_state(o, "100") == "ringing")
        facts = watch.office.lines["100"].facts
        assert facts.party is not None
        assert (facts.party.number, facts.queue, facts.incoming) == ("0612345678", "receptie", True)
        ringing.answer()
        await watch.until("100 talks", lambda o: line_state(o, "100") == "in_use" and o.queues["receptie"].waiting == 0)
        assert watch.office.lines["100"].facts.party == facts.party
        call.hang_up()
        await ringing.until(ringing.ended)
        await watch.until(
            "100 is idle", lambda o: line_state(o, "100") == "idle" and o.lines["100"].facts.party is None
        )
        assert not watch.office.abandoned

    story(office, tell)


def test_callers_stand_in_order_and_one_who_gives_up_is_remembered(office: Office) -> None:
    async def tell(watch: Watch, outside: Outside, phones: Phones) -> None:
        numbers = ["0611111111", "0622222222", "0633333333", "0644444444"]
        calls, joined = [], []
        for count, number in enumerate(numbers, 1):
            outsider = await outside()
            calls.append(outsider.place(RECEPTION, number))
            await calls[-1].until(calls[-1].answered)
            joined.append(asyncio.get_running_loop().time())
            await watch.until(f"{count} wait", lambda o, n=count: o.queues["receptie"].waiting == n)
        assert watch.waiting() == numbers
        (await phones["100"].next_call()).answer()
        await watch.until("the first is answered", lambda o: o.queues["receptie"].waiting == 3)
        assert watch.waiting() == numbers[1:]
        calls[2].hang_up()
        await watch.until("one gave up", lambda o: o.queues["receptie"].waiting == 2 and bool(o.abandoned))
        assert watch.waiting() == [numbers[1], numbers[3]]
        assert watch.office.abandoned[-1].party.number == numbers[2]
        now = asyncio.get_running_loop().time()
        told = longest_wait(watch.office.queues["receptie"], now)
        assert told is not None
        assert abs(told - (now - joined[1])) < 0.5
        for call in calls:
            call.hang_up()

    story(office, tell)


def test_a_call_passed_on_to_a_silent_colleague_is_known_with_its_caller(office: Office) -> None:
    async def tell(watch: Watch, outside: Outside, phones: Phones) -> None:
        outsider = await outside()
        call = outsider.place(RECEPTION, "0655555555", "Fam. de Vries")
        (await phones["100"].next_call()).answer()
        await watch.until("100 talks", lambda o: line_state(o, "100") == "in_use")
        channels = office.cli("core show channels concise")
        operator = re.search(r"^(PJSIP/100-\w+)!", channels, re.MULTILINE)
        assert operator, channels
        answer = act(office, Action="BlindTransfer", Channel=operator.group(1), Exten="202", Context="intern")
        assert "Transfer succeeded" in answer, answer
        await phones["202"].next_call()
        await watch.until("202 rings for 100", lambda o: [t.by for t in o.transfers] == ["100"])
        transfer = watch.office.transfers[0]
        assert transfer.extension == "202"
        assert transfer.party is not None
        assert transfer.party.number == "0655555555"
        assert watch.state("202") == "ringing"
        call.hang_up()
        await watch.until("it no longer rings", lambda o: not o.transfers and line_state(o, "202") == "idle")

    story(office, tell)


def test_a_direct_call_shows_on_the_line_it_rings(office: Office) -> None:
    async def tell(watch: Watch, outside: Outside, phones: Phones) -> None:
        outsider = await outside()
        call = outsider.place("0201112202", "0677777777")
        await phones["202"].next_call()
        await watch.until("202 rings", lambda o: line_state(o, "202") == "ringing")
        party = watch.office.lines["202"].facts.party
        assert party is not None
        assert party.number == "0677777777"
        call.hang_up()
        await watch.until("202 is idle", lambda o: line_state(o, "202") == "idle")

    story(office, tell)


def test_a_paused_agent_is_paused_on_the_board(office: Office) -> None:
    async def tell(watch: Watch, outside: Outside, phones: Phones) -> None:
        office.cli("queue pause member PJSIP/100 queue receptie reason lunch")
        await watch.until("100 is paused", lambda o: line_state(o, "100") == "paused")
        office.cli("queue unpause member PJSIP/100 queue receptie")
        await watch.until("100 is back", lambda o: line_state(o, "100") == "idle")

    story(office, tell)


def test_after_a_restart_with_a_caller_waiting_nothing_old_is_believed(office: Office) -> None:
    async def tell(watch: Watch, outside: Outside, phones: Phones) -> None:
        outsider = await outside()
        outsider.place(SERVICE, "0688888888")
        await watch.until("one waits", lambda o: o.queues["service"].waiting == 1)
        office.cli("core restart now")
        await watch.until("the PBX is away", lambda o: o.link != "up" and not o.queues["service"].known, within_s=15)
        assert any(isinstance(event, PbxAway) for event in watch.events)
        await watch.until("the PBX is back", lambda o: o.link == "up" and o.queues["service"].known, within_s=30)
        assert watch.office.queues["service"].waiting == 0

    story(office, tell)
