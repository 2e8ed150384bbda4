"""Callers who hung up and calls back, brought together with notes on a real store."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from broker.messages import Caller, Note
from host_agent.core import events as e
from host_agent.core.callers import Party
from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact
from host_agent.core.intake import Arrival
from host_agent.core.lines import LineFacts
from host_agent.core.notes import Changed, Finish
from host_agent.ports_directory import KeptColleague
from host_agent.seen_calls import KEPT_S
from tests.host_agent.directory.conftest import NOW, Opens, Rooms
from tests.host_agent.host_parts import until

NUMBER = "0612345678"
NOTE = "a" * 32
AT = 500.0
"""Monotonic seconds of the host at NOW."""


def _gave_up(call: str = "1.1", number: str | None = NUMBER, *, withheld: bool = False) -> e.CallerAbandoned:
    return e.CallerAbandoned(AT, "receptie", call, Party(number, None, withheld), 40.0)


def _unanswered(call: str = "1.1", number: str | None = NUMBER) -> e.CallerUnanswered:
    return e.CallerUnanswered(AT, call, Party(number, None, False))


def _told(rooms: Rooms, *events: e.PbxEvent) -> None:
    rooms.seen_calls.deliver(events, AT)


async def _note(rooms: Rooms, note_id: str = NOTE, number: str = "+31612345678", line: str | None = None) -> None:
    said = Note(id=note_id, pressed_s_ago=60.0, caller=Caller(number=number), line=line)
    await rooms.inbox.take_in([Arrival("balie-1", said, rooms.now)])
    rooms.inbox.changes.mark()


def _call_back(line: str = "201", *, answered: bool = True) -> list[e.PbxEvent]:
    dials = LineFacts(line, "in_use", dialled=NUMBER, incoming=False, answered=False)
    talks = replace(dials, answered=True)
    events: list[e.PbxEvent] = [e.LineChanged(AT - 200.0, dials)]
    events += [e.LineChanged(AT - 190.0, talks)] if answered else []
    return [*events, e.LineChanged(AT - 10.0, LineFacts(line, "idle"))]


def _visit(rooms: Opens, *stories: Callable[[Rooms], Awaitable[None]]) -> None:
    """Each story is another run of the program on the same store."""

    async def run() -> None:
        for story in stories:
            async with rooms() as entered:
                await story(entered)

    asyncio.run(run())


def test_a_caller_who_hung_up_is_offered_also_after_a_restart_and_the_same_call_never_twice(rooms: Opens) -> None:
    async def first(here: Rooms) -> None:
        _told(here, _gave_up(), _gave_up(), _gave_up("1.2"))
        await until(lambda: here.seen_calls.offers and here.seen_calls.offers[0].times == 2)
        (offer,) = here.seen_calls.offers
        assert (offer.number, offer.queue, offer.last_at, offer.waited_s) == (NUMBER, "receptie", NOW, 40.0)

    async def second(here: Rooms) -> None:
        assert [offer.times for offer in here.seen_calls.offers] == [2]
        _told(here, _gave_up(), _gave_up("2.1", "0201234567"))
        await until(lambda: len(here.seen_calls.offers) == 2)
        assert sorted(offer.times for offer in here.seen_calls.offers) == [1, 2]

    _visit(rooms, first, second)


LUNCH = 4 * 3600.0 + 1200.0
"""Seconds from NOW: twenty past twelve."""


def test_who_calls_in_the_lunch_break_is_offered_once_and_due_an_hour_after_opening(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        here.now = NOW + LUNCH
        in_queue = e.CallerAbandoned(AT, "receptie", "3.1", Party("0201234567", None, False), 9.0)
        same = e.CallerUnanswered(AT, "3.1", Party("0201234567", None, False))
        _told(here, _unanswered("1.1"), _unanswered("1.1"), _unanswered("1.2", "+31612345678"), in_queue, same)
        await until(lambda: len(here.seen_calls.offers) == 2)
        by_number = {offer.number: offer for offer in here.seen_calls.offers}
        assert (by_number[NUMBER].times, by_number[NUMBER].queue, by_number[NUMBER].waited_s) == (2, "", None)
        assert (by_number["0201234567"].times, by_number["0201234567"].queue) == (1, "receptie")
        for offer in by_number.values():
            assert await here.seen_calls.make_note(offer.id, who="Ada") == offer.id
        here.now += 1.0
        shelves = await here.inbox.shelves(limit=10)
        opens = NOW + 5 * 3600.0
        assert [(note.promised_by, note.promised_at) for note in shelves.open] == [(opens + 3600.0, NOW + LUNCH)] * 2
        assert {note.queue for note in shelves.open} == {None, "receptie"}

    _visit(rooms, story)


def test_a_call_in_the_break_joins_the_open_note_for_its_number(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        here.now = NOW + LUNCH
        await _note(here)
        _told(here, _unanswered(), _unanswered("2.1", "0201234567"))
        await until(lambda: here.seen_calls.offers)
        assert [offer.number for offer in here.seen_calls.offers] == ["0201234567"]
        assert [call.number for call in await here.seen_calls.calls_of(NOTE)] == [NUMBER]

    _visit(rooms, story)


def test_who_hangs_up_out_of_the_break_or_has_no_number_or_calls_inside_is_not_offered(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        for at in (-3600.0, 3600.0, 6 * 3600.0, 10 * 3600.0):
            here.now = NOW + at
            _told(here, _unanswered(f"{at}"))
        here.now = NOW + LUNCH
        _told(here, _unanswered("2.1", None), _unanswered("2.2", "201"))
        _told(here, e.CallerUnanswered(AT, "2.3", Party(NUMBER, None, True)), _unanswered("2.4", "0201234567"))
        await until(lambda: here.seen_calls.offers)
        assert [offer.number for offer in here.seen_calls.offers] == ["0201234567"]

    _visit(rooms, story)


def test_what_was_dismissed_stays_away_after_a_restart(rooms: Opens) -> None:
    async def first(here: Rooms) -> None:
        _told(here, _gave_up())
        await until(lambda: here.seen_calls.offers)
        offer = here.seen_calls.offers[0].id
        assert await here.seen_calls.dismiss(offer)
        assert not await here.seen_calls.dismiss(offer)
        assert await here.seen_calls.make_note(offer, who="Ada") is None
        assert here.seen_calls.offers == ()

    async def second(here: Rooms) -> None:
        _told(here, _gave_up(), _gave_up("2.1", "0201234567"))
        await until(lambda: here.seen_calls.offers)
        assert [offer.number for offer in here.seen_calls.offers] == ["0201234567"]

    _visit(rooms, first, second)


def test_an_offer_becomes_one_note_however_often_it_is_pressed(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        await here.directory.keep_contact(Contact("Maaike", "Bakkerij", ("+31612345678",), "c" * 32))
        _told(here, _gave_up())
        await until(lambda: here.seen_calls.offers)
        offer = here.seen_calls.offers[0].id
        assert await here.seen_calls.make_note(offer, who="Ada") == offer
        assert await here.seen_calls.make_note(offer, who="Ada") == offer
        shelves = await here.inbox.shelves(limit=10)
        (note,) = shelves.open
        assert (note.caller_name, note.organisation, note.caller_number) == ("Maaike", "Bakkerij", NUMBER)
        assert (note.queue, note.pressed_at) == ("receptie", NOW)
        assert here.seen_calls.offers == ()
        assert await here.seen_calls.calls_of(offer) == []

    _visit(rooms, story)


def test_a_caller_with_an_open_note_joins_it_in_whatever_notation(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        await _note(here)
        _told(here, _gave_up())
        _told(here, _gave_up("2.1", "0201234567"))
        await until(lambda: here.seen_calls.offers)
        assert [offer.number for offer in here.seen_calls.offers] == ["0201234567"]
        assert [call.number for call in await here.seen_calls.calls_of(NOTE)] == [NUMBER]

    _visit(rooms, story)


def test_a_note_that_comes_in_later_takes_the_offer(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        _told(here, _gave_up())
        await until(lambda: here.seen_calls.offers)
        await _note(here)
        await until(lambda: not here.seen_calls.offers)
        assert [call.number for call in await here.seen_calls.calls_of(NOTE)] == [NUMBER]

    _visit(rooms, story)


def test_a_caller_who_got_through_after_all_is_not_offered_any_more(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        _told(here, _gave_up())
        await until(lambda: here.seen_calls.offers)
        talks = LineFacts("100", "in_use", party=Party("+31612345678"), incoming=True)
        _told(here, e.LineChanged(AT - 60.0, talks), e.LineChanged(AT, LineFacts("100", "idle")))
        await until(lambda: not here.seen_calls.offers)

    _visit(rooms, story)


def test_withheld_and_old_callers_are_not_offered(rooms: Opens) -> None:
    async def first(here: Rooms) -> None:
        _told(here, _gave_up("1.1", NUMBER, withheld=True), _gave_up("1.2", None), _gave_up("1.3", "0201234567"))
        await until(lambda: here.seen_calls.offers)
        assert [offer.number for offer in here.seen_calls.offers] == ["0201234567"]
        here.now = NOW + KEPT_S + 1
        await here.seen_calls.load()
        assert here.seen_calls.offers == ()

    _visit(rooms, first)


def test_a_call_back_from_the_colleagues_line_is_proposed_and_gone_once_ticked_off(rooms: Opens) -> None:
    async def first(here: Rooms) -> None:
        await here.directory.keep_colleague(KeptColleague("d" * 32, Colleague(name="Anouk", extension="201")))
        here.now = NOW - 3600.0
        await _note(here)
        here.now = NOW
        _told(here, *_call_back())
        await until(lambda: here.seen_calls.proposals)
        found = here.seen_calls.proposals[NOTE]
        assert (found.called_at, found.talked_s, found.line) == (NOW - 200.0, 180.0, "201")

    async def second(here: Rooms) -> None:
        assert list(here.seen_calls.proposals) == [NOTE]
        found = await here.inbox.find(NOTE)
        assert found is not None
        outcome = await here.inbox.change(NOTE, found[0].version, Finish("Gebeld"), who="Ada")
        assert isinstance(outcome, Changed)
        here.inbox.changes.mark()
        await until(lambda: not here.seen_calls.proposals)

    _visit(rooms, first, second)


def test_a_call_that_nobody_answered_is_seen_and_an_answered_one_takes_its_place(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        here.now = NOW - 3600.0
        await _note(here)
        here.now = NOW
        _told(here, *_call_back(answered=False))
        await until(lambda: here.seen_calls.proposals)
        assert here.seen_calls.proposals[NOTE].talked_s is None
        _told(here, *_call_back())
        await until(lambda: here.seen_calls.proposals[NOTE].talked_s is not None)

    _visit(rooms, story)


def test_a_note_taken_in_gets_name_and_organisation_of_its_caller_and_a_repeat_is_no_conflict(rooms: Opens) -> None:
    async def story(here: Rooms) -> None:
        await here.directory.keep_contact(Contact("Maaike", "Bakkerij", ("+31612345678",), "c" * 32))
        await _note(here)
        await here.directory.keep_contact(Contact("Iemand anders", None, ("+31612345678",), "c" * 32))
        await _note(here)
        found = await here.inbox.find(NOTE)
        assert found is not None
        assert (found[0].caller_name, found[0].organisation) == ("Maaike", "Bakkerij")
        assert [entry.what for entry in found[1]] == ["kept"]

    _visit(rooms, story)


def test_hand_made_people_are_there_after_a_restart_and_gone_once_erased(rooms: Opens) -> None:
    contact = Contact("Maaike", None, ("+31612345678", "+31201234567"), "c" * 32)
    colleague = Colleague(name="Anouk", extension="201", team="Inkoop", deputy="Piet", absent_until=NOW, lead=True)

    async def first(here: Rooms) -> None:
        await here.directory.keep_contact(contact)
        await here.directory.keep_colleague(KeptColleague("d" * 32, colleague))

    async def second(here: Rooms) -> None:
        assert here.directory.whose("020 123 45 67") == contact
        assert list(here.directory.everyone()) == [colleague]
        assert await here.directory.drop_contact(contact.id or "")
        assert not await here.directory.drop_contact(contact.id or "")
        assert await here.directory.drop_colleague("d" * 32)
        assert here.directory.whose("020 123 45 67") is None
        assert not here.directory.everyone()

    _visit(rooms, first, second)
