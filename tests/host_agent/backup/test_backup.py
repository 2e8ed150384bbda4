"""An office is taken away while it is at work, and everything of it is found in another place."""

import io
import os
import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from broker.messages import Caller, Note
from host_agent.app import main
from host_agent.backup import container
from host_agent.backup.commands import backup, restore
from host_agent.config import load
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, CallbackNote, Entry
from host_agent.core.rights import Person
from host_agent.core.search import Wanted
from host_agent.errors import HostFault
from host_agent.store.notes import SqlNoteStore, opened
from host_agent.store.people import SqlPeople

NOW = 1_795_000_000.0
OFFICE = """
[mqtt]
username = "host"
password_file = "mqtt-password"
[store]
path = "lib/host.sqlite3"
[directory]
folder = "lists"
[[queue]]
name = "receptie"
"""


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch keys in a moment: how long it takes is no part of what is shown here."""
    monkeypatch.setattr(container, "_STRENGTH", 4)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The host.toml of an office with a secret and a list of people."""
    folder = tmp_path / "there"
    (folder / "lists").mkdir(parents=True)
    (folder / "lib").mkdir()
    secret = folder / "mqtt-password"
    secret.touch(0o600)
    secret.write_text("geheim\n")
    (folder / "lists" / "colleagues.csv").write_text("naam\nJan\n")
    (folder / "lists" / "thumbs.db").write_text("x")
    (folder / "host.toml").write_text(OFFICE)
    return folder / "host.toml"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key file."""
    return _key(tmp_path / "key", "correct horse battery staple")


def _key(path: Path, words: str) -> Path:
    path.touch(0o600)
    path.write_text(words + "\n")
    return path


def _store(config: Path) -> AbstractContextManager[SqlNoteStore]:
    return opened(load(config).store)


def _note(number: int) -> Arrival:
    said = Note(id=f"{number:032x}", pressed_s_ago=2.0, caller=Caller(name=f"Beller {number}", number="0612345678"))
    return Arrival("balie-1", said, NOW + number)


def _everything(store: SqlNoteStore) -> dict[str, tuple[CallbackNote, list[Entry]] | None]:
    notes, _ = store.look(Wanted(), now=NOW, offset=0, limit=10_000)
    return {note.id: store.find(note.id) for note in notes}


def _filled(config: Path, notes: int = 40) -> tuple[object, list[Person]]:
    """Put notes and accounts in the office; what it then holds."""
    with _store(config) as store:
        store.take_in([_note(number) for number in range(notes)])
        store.change(f"{0:032x}", 1, Assign("Jan"), who="Anja", at=NOW)
        people = SqlPeople(store.engine)
        for role in ("admin", "telephonist"):
            assert people.add(Person(role, role, role.title(), role))  # type: ignore[arg-type]
        people.set_password("admin", "argon2-hash", link=None)
        return _everything(store), people.everyone()


def _taken(config: Path, file: Path, key: Path | None = None) -> str:
    out = io.StringIO()
    assert backup(config, load(config), file, key, NOW, out) == 0
    return out.getvalue()


@pytest.mark.parametrize("is_sealed", [True, False], ids=["encrypted", "plain"])
def test_every_note_and_account_is_found_in_a_new_empty_folder(
    there: Path, key: Path, tmp_path: Path, is_sealed: bool
) -> None:
    before, people = _filled(there)
    file, secret = tmp_path / "office.backup", key if is_sealed else None
    told = _taken(there, file, secret)
    assert "40 notes, 2 accounts" in told
    assert ("not encrypted" in told) is not is_sealed
    assert file.stat().st_mode & 0o777 == 0o600
    assert (b"Beller 7" in file.read_bytes()) is not is_sealed

    new = tmp_path / "new"
    out = io.StringIO()
    assert restore(file, new, secret, out) == 0
    assert "40 notes, 2 accounts" in out.getvalue()
    config = new / str(there).lstrip("/")
    with _store(config) as store:
        assert _everything(store) == before
        assert SqlPeople(store.engine).everyone() == people
        assert SqlPeople(store.engine).by_login("admin") == (people[0], "argon2-hash")
    restored = sorted(str(each.relative_to(config.parent)) for each in config.parent.rglob("*") if each.is_file())
    assert restored == [
        "host.toml",
        "lib/host.sqlite3",
        "lib/host.sqlite3.lock",
        "lists/colleagues.csv",
        "mqtt-password",
    ]
    assert load(config).mqtt.password == "geheim"
    assert (config.parent / "mqtt-password").stat().st_mode & 0o777 == 0o600


def test_a_backup_beside_a_host_that_writes_holds_all_that_was_committed_before_it(
    there: Path, key: Path, tmp_path: Path
) -> None:
    file, stop = tmp_path / "office.backup", threading.Event()
    with _store(there) as store:
        written: list[str] = []

        def go_on() -> None:
            number = 0
            while not stop.is_set() and number < 5_000:
                written.append(store.take_in([_note(number)])[0].id)
                number += 1

        writer = threading.Thread(target=go_on)
        writer.start()
        try:
            while len(written) < 20:
                assert writer.is_alive()
            for _ in range(3):
                acknowledged = list(written)
                _taken(there, file, key)
        finally:
            stop.set()
            writer.join()
    restore(file, tmp_path / "new", key, io.StringIO())
    with _store(tmp_path / "new" / str(there).lstrip("/")) as store:
        found = _everything(store)
    assert set(acknowledged) <= set(found) <= set(written)


def test_nothing_that_is_there_is_overwritten(there: Path, tmp_path: Path) -> None:
    before, _ = _filled(there)
    file = tmp_path / "office.backup"
    _taken(there, file)
    with pytest.raises(HostFault, match=r"already there: .*host\.sqlite3; stop belbord-host"):
        restore(file, None, None, io.StringIO())
    with _store(there) as store:
        assert _everything(store) == before


def test_a_log_of_another_store_is_not_left_beside_the_restored_one(there: Path, tmp_path: Path) -> None:
    _filled(there)
    file = tmp_path / "office.backup"
    _taken(there, file)
    store = load(there).store
    store.unlink()
    store.with_name(store.name + "-wal").write_bytes(b"old")
    with pytest.raises(HostFault, match=r"already there: .*-wal"):
        restore(file, None, None, io.StringIO())


def test_an_office_comes_back_in_its_own_place_beside_files_that_are_the_same(there: Path, tmp_path: Path) -> None:
    before, _ = _filled(there)
    file = tmp_path / "office.backup"
    _taken(there, file)
    load(there).store.unlink()
    (there.parent / "mqtt-password").write_text("other\n")
    with pytest.raises(HostFault, match=r"already there: .*mqtt-password; "):
        restore(file, None, None, io.StringIO())
    (there.parent / "mqtt-password").unlink()
    restore(file, None, None, io.StringIO())
    with _store(there) as store:
        assert _everything(store) == before


def test_another_key_is_told_from_damage_in_one_line(there: Path, key: Path, tmp_path: Path) -> None:
    _filled(there, 1)
    file = tmp_path / "office.backup"
    _taken(there, file, key)
    for wrong, said in (
        (_key(tmp_path / "other", "another key of some length"), "the key file is not the one it was made with"),
        (None, "is encrypted; name its key with --key-file"),
    ):
        with pytest.raises(HostFault, match=said) as told:
            restore(file, tmp_path / "new", wrong, io.StringIO())
        assert "\n" not in str(told.value)
    plain = tmp_path / "plain.backup"
    _taken(there, plain)
    with pytest.raises(HostFault, match="is not encrypted"):
        restore(plain, tmp_path / "new", key, io.StringIO())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("is_sealed", [True, False], ids=["encrypted", "plain"])
def test_a_damaged_or_shortened_backup_is_refused_in_one_line_and_changes_nothing(
    there: Path, key: Path, tmp_path: Path, is_sealed: bool
) -> None:
    _filled(there)
    file, secret = tmp_path / "office.backup", key if is_sealed else None
    _taken(there, file, secret)
    whole = file.read_bytes()
    # In a plain one padding and the headers' unused bytes say nothing: only what is in files must be noticed.
    store = whole.find(b"SQLite format 3")
    places = range(0, len(whole), 4999) if is_sealed else range(store, store + 60_000, 4999)
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    cut = [whole[: len(whole) * part // 7] for part in range(7)]
    for broken in [*damaged, *cut]:
        file.write_bytes(broken)
        with pytest.raises(HostFault) as told:
            restore(file, tmp_path / "new", secret, io.StringIO())
        assert "\n" not in str(told.value)
        assert str(file) in str(told.value)
        assert not (tmp_path / "new").exists()


def test_chunks_can_be_neither_moved_nor_left_out() -> None:
    key, whole, size = b"k" * 20, io.BytesIO(), container.CHUNK
    writer = container.SealedWriter(whole, key)
    content = os.urandom(size * 3)
    writer.write(content)
    writer.close()
    sealed = whole.getvalue()
    head, step = len(sealed) - 3 * (size + container.TAG), size + container.TAG
    chunks = [sealed[head + n * step : head + (n + 1) * step] for n in range(3)]

    def opened_as(order: tuple[int, ...]) -> bytes:
        reader = container.SealedReader(
            io.BytesIO(sealed[:head] + b"".join(chunks[n] for n in order)), key, "office.backup"
        )
        return b"".join(iter(lambda: reader.read(size), b""))

    assert opened_as((0, 1, 2)) == content
    for order in ((1, 0, 2), (0, 2), (0, 1), (0, 1, 2, 2), (0, 0, 1, 2)):
        with pytest.raises(HostFault, match="damaged or cut off"):
            opened_as(order)


@pytest.mark.parametrize(("words", "mode", "said"), [("short", 0o600, "20 characters"), ("x" * 30, 0o644, "chmod 600")])
def test_a_key_that_is_no_secret_is_refused(
    there: Path, tmp_path: Path, words: str, mode: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _filled(there, 1)
    key = _key(tmp_path / "weak", words)
    key.chmod(mode)
    arguments = ["backup", str(tmp_path / "office.backup"), "--config", str(there), "--key-file", str(key)]
    assert main(arguments) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "office.backup").exists()


def test_the_commands_say_what_they_did(
    there: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _filled(there, 3)
    file = str(tmp_path / "office.backup")
    assert main(["backup", file, "--config", str(there), "--key-file", str(key)]) == 0
    assert main(["restore", file, "--key-file", str(key), "--into", str(tmp_path / "new")]) == 0
    said = capsys.readouterr()
    assert "3 notes, 2 accounts, 3 other files; encrypted" in said.out
    assert "3 notes, 2 accounts and 3 other files are back" in said.out
    assert said.err == ""


def test_a_backup_of_what_is_no_store_is_not_made_and_the_last_one_stays(there: Path, tmp_path: Path) -> None:
    file = tmp_path / "office.backup"
    with pytest.raises(HostFault, match="is not there"):
        _taken(there, file)
    _filled(there, 1)
    _taken(there, file)
    last = file.read_bytes()
    config = replace(load(there), store=there)
    with pytest.raises(HostFault, match="store"):
        backup(there, config, file, None, NOW, io.StringIO())
    assert file.read_bytes() == last
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_an_office_that_init_made_comes_back_with_its_authority_units_and_who_may_read_what(
    key: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "office"
    asked = ["--office", "Kantoor", "--address", "127.0.0.1", "--pbx", "later", "--listen", "127.0.0.1", "--yes"]
    assert main(["init", "--folder", str(folder), *asked]) == 0
    (folder / "units" / "balie-1.toml").write_text('name = "balie-1"\n')
    config = folder / "host.toml"
    _filled(config, 2)
    _taken(config, tmp_path / "office.backup", key)
    new = tmp_path / "new" / str(folder).lstrip("/")
    restore(tmp_path / "office.backup", tmp_path / "new", key, io.StringIO())

    def tree(top: Path) -> dict[str, tuple[int, bytes]]:
        return {
            str(each.relative_to(top)): (each.stat().st_mode, each.read_bytes() if each.is_file() else b"")
            for each in top.rglob("*")
            if not each.name.startswith("host.sqlite3") or each.name.endswith("link-key")
        }

    assert tree(new) == tree(folder)
    assert load(new / "host.toml").units == load(config).units != ()
