"""The store on real SQLite."""

import secrets
import sqlite3
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import inspect, text

from broker.messages import Caller, Note
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, CallbackNote, Changed, Drop, FillIn, Finish, Overtaken
from host_agent.core.search import Wanted
from host_agent.core.tallies import Tally
from host_agent.errors import StoreFault
from host_agent.ports import Kept
from host_agent.store import migrations
from host_agent.store.engine import opened_sqlite
from host_agent.store.migrate import migrate
from host_agent.store.notes import SqlNoteStore, opened
from host_agent.store.schema import METADATA, NOTES

CANARY_NAME, CANARY_NUMBER = "Kanarie van der Geel", "0698765432"


def _note(**said: object) -> Note:
    caller = Caller(name=CANARY_NAME, number=CANARY_NUMBER)
    return Note(**{"id": secrets.token_hex(16), "pressed_s_ago": 5.0, "caller": caller, **said})  # type: ignore[arg-type]


def _arrival(note: Note, at: float = 1000.0) -> Arrival:
    return Arrival("balie-1", note, at)


def _promise(at: float | None) -> FillIn:
    return FillIn(caller_name=None, caller_number=None, for_whom=None, reason=None, promised_by=at)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "host.sqlite3"


def test_a_note_is_there_after_the_store_was_closed_and_opened(path: Path) -> None:
    note = _note(queue="receptie")
    with opened(path) as store:
        assert store.take_in([_arrival(note)]) == [Kept("balie-1", note.id, 1, written=True)]
    with opened(path) as store:
        found = store.find(note.id)
    assert found is not None
    assert (found[0].caller_name, found[0].queue, found[0].pressed_at) == (CANARY_NAME, "receptie", 995.0)
    assert [(entry.who, entry.what) for entry in found[1]] == [("balie-1", "kept")]


def test_a_note_sent_again_and_again_is_kept_once(path: Path) -> None:
    note = _note()
    with opened(path) as store:
        assert [kept.written for kept in store.take_in([_arrival(note), _arrival(note)])] == [True, False]
        assert store.take_in([_arrival(note, at=9e8)]) == [Kept("balie-1", note.id, 1, written=False)]
        assert len(store.shelf("open", now=0.0, limit=10)) == 1


def test_history_tells_who_did_what_when(path: Path) -> None:
    note = _note()
    with opened(path) as store:
        store.take_in([_arrival(note)])
        store.change(note.id, 1, Assign("Piet"), who="Anja", at=1100.0)
        store.change(note.id, 2, Finish("Gesproken"), who="Piet", at=1200.0)
        found = store.find(note.id)
    assert found is not None
    assert [(e.at, e.who, e.what, dict(e.fields)) for e in found[1][1:]] == [
        (1100.0, "Anja", "assigned", {"assigned_to": "Piet"}),
        (1200.0, "Piet", "done", {"outcome": "Gesproken"}),
    ]


def test_the_second_editor_is_told_and_nothing_is_written(path: Path) -> None:
    note = _note()
    with opened(path) as store:
        store.take_in([_arrival(note)])
        assert isinstance(store.change(note.id, 1, Assign("Piet"), who="Anja", at=1.0), Changed)
        assert isinstance(store.change(note.id, 1, Drop("dubbel"), who="Bert", at=2.0), Overtaken)
        found = store.find(note.id)
    assert found is not None
    assert (found[0].assigned_to, found[0].state, len(found[1])) == ("Piet", "assigned", 2)


def test_overdue_stands_on_top_then_what_is_due_first_then_the_oldest(path: Path) -> None:
    wanted = {"overdue": 500.0, "due soon": 2000.0, "due later": 3000.0, "older": None, "newer": None}
    notes = {name: _note(pressed_s_ago=100.0 if name == "older" else 5.0) for name in reversed(wanted)}
    with opened(path) as store:
        store.take_in([_arrival(note) for note in notes.values()])
        for name, due in wanted.items():
            store.change(notes[name].id, 1, _promise(due), who="Anja", at=1000.0)
        shelf = [note.id for note in store.shelf("open", now=1000.0, limit=10)]
    assert shelf == [notes[name].id for name in wanted]


def test_open_and_overdue_are_counted_by_desk_and_queue(path: Path) -> None:
    late, other, closed = _note(queue="receptie"), _note(queue="receptie"), _note()
    with opened(path) as store:
        store.take_in([_arrival(note) for note in (late, other, closed)])
        store.change(late.id, 1, _promise(500.0), who="Anja", at=1.0)
        store.change(closed.id, 1, Finish(None), who="Anja", at=1.0)
        assert store.tally(1000.0) == [Tally("balie-1", "receptie", 2, 1)]
        assert store.tally(499.0) == [Tally("balie-1", "receptie", 2, 0, next_promise=500.0)]
        assert store.tally(500.0) == [Tally("balie-1", "receptie", 2, 0, next_promise=500.0)]


@pytest.mark.parametrize(
    "typed",
    ["0698765432", "06-98 76", "+31 6 98765432", "0031(0)698765432", "+31 06 98", "(06) 98–76", "kanarie geel", "KANA"],
)
def test_a_note_is_found_by_name_or_number_in_any_notation(path: Path, typed: str) -> None:
    other = _note(caller=Caller(name="Jansen", number="+3120123456"))
    with opened(path) as store:
        store.take_in([_arrival(note := _note()), _arrival(other)])
        found, count = store.look(Wanted(text=typed), now=0.0, offset=0, limit=10)
    assert ([each.id for each in found], count) == ([note.id], 1)


def test_an_office_elsewhere_finds_its_own_numbers_with_and_without_their_country(path: Path) -> None:
    with opened(path) as store:
        store.take_in([_arrival(note := _note(caller=Caller(number="030123456")))])
        for typed in ("+49 30 123456", "0049(0)30-123456", "030/12 34"):
            found, _ = store.look(Wanted(text=typed, calling_code="49"), now=0.0, offset=0, limit=9)
            assert [each.id for each in found] == [note.id]


def test_a_name_is_found_without_its_accents_and_wildcards_are_only_themselves(path: Path) -> None:
    with opened(path) as store:
        store.take_in([_arrival(note := _note(caller=Caller(name="René Ünal")))])
        for typed, wanted in (("rene unal", [note.id]), ("%", []), ("_", []), ("ren\\", [])):
            assert [each.id for each in store.look(Wanted(text=typed), now=0.0, offset=0, limit=9)[0]] == wanted


def test_notes_are_filtered_by_whom_they_concern_and_counted_beyond_the_page(path: Path) -> None:
    notes = [_note(colleague="Jan") for _ in range(3)] + [_note() for _ in range(2)]
    with opened(path) as store:
        store.take_in([_arrival(note) for note in notes])
        store.change(notes[3].id, 1, Assign("JAN"), who="Anja", at=1.0)
        page, count = store.look(Wanted(names=("jan",)), now=0.0, offset=2, limit=1)
        assert (len(page), count) == (1, 4)
        store.change(notes[0].id, 1, _promise(5.0), who="Anja", at=1.0)
        assert [each.id for each in store.look(Wanted("overdue"), now=9.0, offset=0, limit=9)[0]] == [notes[0].id]


def test_a_store_of_the_first_release_keeps_its_notes(path: Path) -> None:
    with opened_sqlite(path) as engine, engine.begin() as connection:
        config = AlembicConfig()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        old = {"id": "a" * 32, "version": 2, "rev": 1, "state": "open", "kind": "callback", "pressed_at": 1.0,
               "certainty": "exact", "arrived_at": 2.0, "withheld": 0,
               "caller_name": "René", "assigned_to": "Jan", "promised_by": 9.0}  # fmt: skip
        names, marks = ", ".join(old), ", ".join(f":{name}" for name in old)
        connection.execute(text(f"INSERT INTO notes ({names}) VALUES ({marks})"), old)
    with opened(path) as store:
        found = store.find("a" * 32)
        assert store.look(Wanted(text="rene"), now=0.0, offset=0, limit=9)[1] == 1
    assert found is not None
    assert (found[0].state, found[0].assigned_at, found[0].promised_at, found[0].urgent) == (
        "assigned",
        2.0,
        2.0,
        False,
    )


def test_a_deleted_note_leaves_only_its_id_and_never_comes_back(path: Path) -> None:
    note = _note()
    with opened(path) as store:
        store.take_in([_arrival(note)])
        store.change(note.id, 1, Drop("om Kanarie van der Geel"), who="Anja", at=2.0)
        assert store.delete(note.id)
        assert store.find(note.id) is None
        assert store.take_in([_arrival(note)]) == [Kept("balie-1", note.id, 1, written=False)]
        assert store.find(note.id) is None
    held = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert CANARY_NAME.encode() not in held
    assert CANARY_NUMBER.encode() not in held
    assert note.id.encode() in held


def test_texts_with_quotes_and_percent_signs_are_kept_as_they_are(path: Path) -> None:
    hostile = "Robert'); DROP TABLE notes;-- %s \" \\"
    note = _note(caller=Caller(name=hostile))
    with opened(path) as store:
        store.take_in([_arrival(note)])
        found = store.find(note.id)
    assert found is not None
    assert found[0].caller_name == hostile


def test_a_second_process_is_refused(path: Path) -> None:
    script = (
        f"from pathlib import Path; from host_agent.store.notes import opened\nwith opened(Path({str(path)!r})): pass"
    )
    with opened(path):
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert other.returncode != 0
    assert "another belbord-host uses it" in other.stderr


def test_every_commit_is_on_the_disk_when_it_returns(path: Path) -> None:
    with opened_sqlite(path) as engine, engine.connect() as connection:
        pragma = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                  ("journal_mode", "synchronous", "secure_delete", "foreign_keys")}  # fmt: skip
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def test_the_file_is_its_owners_alone(path: Path) -> None:
    with opened(path):
        assert {each.stat().st_mode & 0o077 for each in path.parent.iterdir()} == {0}


def test_the_migrations_build_the_schema_that_the_code_uses(path: Path) -> None:
    with opened_sqlite(path) as engine:
        migrate(engine)
        found = inspect(engine)
        for table in METADATA.sorted_tables:
            built = {
                column["name"]: (str(column["type"]), column["nullable"]) for column in found.get_columns(table.name)
            }
            meant = {column.name: (column.type.compile(engine.dialect), column.nullable) for column in table.columns}
            assert built == meant
            assert {str(index["name"]) for index in found.get_indexes(table.name)} == {
                str(i.name) for i in table.indexes
            }


def test_every_field_of_a_note_has_its_column() -> None:
    assert [column.name for column in NOTES.columns] == [*(field.name for field in fields(CallbackNote)), "words"]


def test_a_migration_that_fails_half_way_leaves_the_old_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    whole = Operations.create_table

    def failing(self: Operations, name: str, *columns: object, **options: object) -> object:
        if name == "tombstones":
            raise RuntimeError("power cut")
        return whole(self, name, *columns, **options)  # type: ignore[arg-type]

    with opened_sqlite(path) as engine:
        with monkeypatch.context() as patch:
            patch.setattr(Operations, "create_table", failing)
            with pytest.raises(RuntimeError):
                migrate(engine)
        assert "notes" not in inspect(engine).get_table_names()
        migrate(engine)
        assert "tombstones" in inspect(engine).get_table_names()


def test_a_store_of_a_newer_belbord_is_refused_in_one_line(path: Path) -> None:
    with opened(path):
        pass
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreFault, match="newer release"), opened(path):
        pass


def test_a_damaged_store_is_refused_in_one_line(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreFault, match=str(path)), opened(path):
        pass


def test_a_full_disk_is_told_without_the_caller_and_nothing_is_written(path: Path) -> None:
    with opened(path) as store:
        assert isinstance(store, SqlNoteStore)
        note = _note()
        with opened_sqlite(path) as engine:
            store = SqlNoteStore(engine)
            with engine.connect() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            from sqlalchemy import event

            event.listen(engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))
            with pytest.raises(StoreFault) as told:
                store.take_in([_arrival(_note()) for _ in range(500)])
            assert CANARY_NAME not in str(told.value)
            assert CANARY_NUMBER not in str(told.value)
            assert store.shelf("open", now=0.0, limit=10) == []
            assert store.take_in([_arrival(note)])[0].written
