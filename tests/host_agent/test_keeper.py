"""What is not kept: by age, by number, and in the bytes of every file of the store."""

import io
import json
import os
import sqlite3
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from broker.messages import Caller, Note
from host_agent import app, office_commands
from host_agent.config import Config, load
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, CallbackNote, Drop, FillIn, Finish
from host_agent.core.retention import DAY_S, Erase, Keeping, Refuse, Seen, is_due, plan
from host_agent.core.same_number import mentions, number_key
from host_agent.errors import HostFault
from host_agent.keeper import keep_retention
from host_agent.ports import Kept
from host_agent.store import people_schema, promise_schema  # noqa: F401  # their tables belong to the schema
from host_agent.store.before_change import KEPT_S, copy_before
from host_agent.store.directory_schema import CONTACTS, MISSED_CALLS
from host_agent.store.erasure import HOLDS, SqlKeeping
from host_agent.store.notes import SqlNoteStore, opened
from host_agent.store.schema import METADATA
from host_agent.store.transactions import transaction

NOW = datetime(2026, 11, 23, 14, 14).timestamp()
NAME, NUMBER = "Kanarie van der Geel", "0698765432"
KEEPING = Keeping(done_days=7, open_days=30, warn_days=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store" / "host.sqlite3"


def _press(store: SqlNoteStore, number: int, at: float, caller: Caller) -> str:
    note = Note(id=f"{number:032x}", pressed_s_ago=0.0, caller=caller)
    assert store.take_in([Arrival("balie-1", note, at)]) == [Kept("balie-1", note.id, 1, written=True)]
    return note.id


def _held(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.iterdir())


def _canaries(held: bytes) -> list[bytes]:
    return [word for word in (NAME.encode(), b"Kanarie", NUMBER.encode(), NUMBER[1:].encode()) if word in held]


def test_after_retention_no_byte_of_the_store_tells_who_called(path: Path) -> None:
    with opened(path) as store:
        # Enough for pages to split and cells to move; each note is written more than once, and some are closed.
        for each in range(400):
            note_id = _press(store, each, NOW - 40 * DAY_S, Caller(name=f"{NAME} {each}", number=NUMBER))
            store.change(note_id, 1, Assign(f"Kanarie {each}"), who="Anja", at=NOW - 39 * DAY_S)
            if each % 2:
                store.change(note_id, 2, Drop(f"om {NAME}" * (each % 7)), who="Anja", at=NOW - 38 * DAY_S)
        fresh = _press(store, 1000, NOW - 5 * DAY_S, Caller(name="Blijver", number="0201234567"))
        with transaction(store.engine) as connection:
            gave_up = {"id": "m", "key": "+31698765432", "number": NUMBER, "name": NAME, "queue": "receptie"}
            times = {"first_at": NOW - 20 * DAY_S, "last_at": NOW - 20 * DAY_S, "times": 1, "fate": "offered"}
            connection.execute(insert(MISSED_CALLS).values(**gave_up, **times))
        assert _canaries(_held(path))
        run = keep_retention(SqlKeeping(store.engine), KEEPING, NOW)
        assert (run.erased, run.refused) == (401, None)
        # While the store is open, and so with its log.
        assert _canaries(_held(path)) == []
        assert store.find(fresh) is not None
        again = Note(id=f"{0:032x}", pressed_s_ago=0.0, caller=Caller(name=NAME))
        assert store.take_in([Arrival("balie-1", again, NOW)]) == [Kept("balie-1", again.id, 1, written=False)]
    assert _canaries(_held(path)) == []


def _copy_from_an_update(path: Path, age_s: float) -> Path:
    copy = copy_before(path, "9999")
    copy.write_bytes(NAME.encode())
    os.utime(copy, (NOW - age_s, NOW - age_s))
    return copy


def test_the_copy_that_an_update_made_goes_in_the_next_night_but_one(path: Path) -> None:
    with opened(path) as store:
        _press(store, 1, NOW - 10, Caller(name="Jong", number="0611111111"))
        # An update of today may still be taken back, and is nothing without its copy.
        young = _copy_from_an_update(path, 600)
        keep_retention(SqlKeeping(store.engine), KEEPING, NOW)
        assert young.exists()
        keep_retention(SqlKeeping(store.engine), KEEPING, NOW + KEPT_S)
        assert _canaries(_held(path)) == []


def test_a_note_made_again_under_an_id_that_was_erased_is_erased_again(path: Path) -> None:
    # A program that uses its Idempotency-Key again after the note of the first time is gone.
    with opened(path) as store:
        keeping = SqlKeeping(store.engine)
        for later in (0.0, 40 * DAY_S):
            store.make(CallbackNote(id="a" * 32, pressed_at=NOW + later, arrived_at=NOW + later), who="API: CRM")
            assert keep_retention(keeping, KEEPING, NOW + later + 31 * DAY_S).erased == 1
        assert store.find("a" * 32) is None


def test_what_is_young_enough_stays_to_the_day(path: Path) -> None:
    ages = {"closed 6 days": (10, 6), "closed 8 days": (10, 8), "open 29 days": (29, None), "open 31 days": (31, None)}
    with opened(path) as store:
        ids = {}
        for number, (name, (came, closed)) in enumerate(ages.items()):
            ids[name] = _press(store, number, NOW - came * DAY_S, Caller(name=name))
            if closed is not None:
                store.change(ids[name], 1, Finish(None), who="Anja", at=NOW - closed * DAY_S)
        promised = _press(store, 99, NOW - 31 * DAY_S, Caller(name="promised later"))
        wish = FillIn(caller_name="x", caller_number=None, for_whom=None, reason=None, promised_by=NOW + DAY_S)
        store.change(promised, 1, wish, who="Anja", at=NOW - 31 * DAY_S)
        keeping = SqlKeeping(store.engine)
        assert [note.id for note in keeping.expiring(NOW - 27 * DAY_S, 10)[0]] == [
            ids["open 31 days"],
            ids["open 29 days"],
        ]
        keep_retention(keeping, KEEPING, NOW)
        assert [name for name, note_id in ids.items() if store.find(note_id)] == ["closed 6 days", "open 29 days"]
        assert store.find(promised) is not None


def test_a_clock_at_2099_erases_nothing_until_it_is_vouched_for(path: Path) -> None:
    far = datetime(2099, 1, 1).timestamp()
    with opened(path) as store:
        note_id = _press(store, 1, NOW, Caller(name=NAME))
        keeping = SqlKeeping(store.engine)
        for _ in range(3):
            assert keep_retention(keeping, KEEPING, far).refused is not None
        assert keep_retention(keeping, KEEPING, NOW).refused is None
        # A note that comes while the clock is wrong is no witness for it.
        _press(store, 2, far, Caller(name="later"))
        assert keep_retention(keeping, KEEPING, far).refused is not None
        assert store.find(note_id) is not None
        told = keeping.last_run()
        assert told is not None
        assert told.refused is not None
        assert keep_retention(keeping, KEEPING, far, trust_clock=True).erased == 1


def test_a_store_without_notes_makes_no_wrong_clock_its_witness(path: Path) -> None:
    with opened(path) as store:
        keeping = SqlKeeping(store.engine)
        assert keep_retention(keeping, KEEPING, datetime(2099, 1, 1).timestamp()).refused is None
        assert keeping.time_seen() == Seen(None, None)


@pytest.mark.parametrize(
    ("seen", "refuses"),
    [
        (Seen(NOW - DAY_S, NOW), False),
        (Seen(NOW - 61 * DAY_S, None), False),
        (Seen(NOW - 63 * DAY_S, NOW), True),
        (Seen(None, NOW - 63 * DAY_S), True),
        (Seen(NOW + 2 * DAY_S, None), True),
        (Seen(NOW + 3600, None), False),
    ],
)
def test_the_clock_is_believed_near_what_the_store_last_saw(seen: Seen, refuses: bool) -> None:
    assert isinstance(plan(KEEPING, seen, NOW), Refuse if refuses else Erase)


def test_retention_is_due_once_a_night() -> None:
    at = datetime(2026, 11, 23, 3, 1)
    assert is_due(None, at)
    assert is_due(at.replace(hour=2).timestamp(), at)
    assert not is_due(at.timestamp(), at.replace(hour=23))
    assert is_due(at.replace(day=20).timestamp(), at.replace(hour=1))


def test_every_table_says_whether_it_knows_a_caller() -> None:
    assert {table.name for table in METADATA.sorted_tables} == set(HOLDS)
    for table in METADATA.sorted_tables:
        to_notes = [key for key in table.foreign_keys if key.column.table.name == "notes"]
        if HOLDS[table.name] == "goes with its note":
            assert [key.ondelete for key in to_notes] == ["CASCADE"]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An office whose store holds three notes about one number, one about another, and a contact of each."""
    (tmp_path / "store").mkdir()
    (tmp_path / "host.toml").write_text('[store]\npath = "store/host.sqlite3"\n[web]\naccounts = "on"\n')
    config = load(tmp_path / "host.toml")
    with opened(config.store) as store:
        now = time.time()
        _press(store, 1, now, Caller(name=NAME, number=NUMBER))
        changed = _press(store, 2, now, Caller())
        wish = FillIn(caller_name=None, caller_number=NUMBER, for_whom=None, reason=None, promised_by=None)
        store.change(changed, 1, wish, who="Anja", at=now)
        # The history still holds the number that was mistyped.
        store.change(changed, 2, replace(wish, caller_number="0201234567"), who="Anja", at=now)
        mentioned = _press(store, 3, now, Caller(name="Buurvrouw"))
        reason = "bel +31 (0)6 987 654 32"
        told = replace(wish, caller_name="Buurvrouw", caller_number=None, reason=reason)
        store.change(mentioned, 1, told, who="Anja", at=now)
        _press(store, 4, now, Caller(name="Ander", number="0611111111"))
        with transaction(store.engine) as connection:
            for each, number in enumerate(("+31698765432", "+31611111111")):
                values = {"id": str(each), "name": f"C{each}", "organisation": None, "numbers": [number]}
                connection.execute(insert(CONTACTS).values(values))
    return config


@pytest.mark.parametrize(
    "notation", ["0698765432", "+31 6 98 76 54 32", "0031698765432", "06-98765432", "+31(0)698765432"]
)
def test_one_number_in_any_notation_is_exported_and_erased(config: Config, notation: str) -> None:
    out = io.StringIO()
    office_commands.export(config, notation, out)
    told = json.loads(out.getvalue())
    assert [note["id"][-1] for note in told["notes"]] == ["1", "2", "3"]
    assert [contact["name"] for contact in told["contacts"]] == ["C0"]
    out = io.StringIO()
    _copy_from_an_update(config.store, 600)
    office_commands.erase(config, notation, out)
    assert out.getvalue() == "4 erased in which •••••••••432 stood\n"
    held = _held(config.store)
    assert _canaries(held) == []
    assert b"Buurvrouw" not in held
    assert b"Ander" in held
    with sqlite3.connect(config.store) as raw:
        assert raw.execute("SELECT count(*) FROM tombstones").fetchone() == (3,)
    raw.close()


@pytest.mark.parametrize("word", ["112", "Jan", "", "12-34"])
def test_what_is_no_number_erases_nothing(config: Config, word: str) -> None:
    for command in (office_commands.erase, office_commands.export):
        with pytest.raises(HostFault, match="telephone number"):
            command(config, word, io.StringIO())


def test_a_number_inside_a_longer_one_is_another_number() -> None:
    key = number_key("0201234567", "NL")
    assert key is not None
    assert mentions("bel 020-1234567, of morgen", key, "NL")
    assert not mentions("ordernummer 90201234567890", key, "NL")
    assert not mentions("IBAN NL91ABNA0417164300", key, "NL")


def test_the_commands_work_while_the_host_has_the_store_open(config: Config) -> None:
    with opened(config.store) as store:
        out = io.StringIO()
        office_commands.erase(config, NUMBER, out)
        assert out.getvalue().startswith("4 erased")
        assert _canaries(_held(config.store)) == []
        assert office_commands.retention(config, out, trust_clock=False) == 0
        assert store.find(f"{4:032x}") is not None


def test_the_first_admins_link_is_printed_and_only_with_accounts(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(config.store.parents[1] / "host.toml")
    assert app.main(["admin-link", "--config", file]) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8088/welcome/")
    assert link.rpartition("/")[2].encode() not in _held(config.store)
    Path(file).write_text('[store]\npath = "store/host.sqlite3"\n')
    assert app.main(["admin-link", "--config", file]) == 1
    assert "accounts" in capsys.readouterr().err
