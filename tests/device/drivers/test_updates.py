"""The wish for an update, as whoever installs it finds it."""

from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from device.core.events import Event, UpdateEnded
from device.drivers.updates import AptUpdates, runtime_folder, went_back_from


def updates(folder: Path | None, inbox: "SimpleQueue[Event]") -> AptUpdates:
    installer = Path(__file__)
    return AptUpdates(inbox, folder, installer, looks_every_s=0.01)


@pytest.mark.parametrize(("version", "left"), [("1.2", "1.2"), (None, "newest")])
def test_the_wish_stands_there_whole_until_it_is_taken_and_then_the_unit_is_told(
    tmp_path: Path, version: str | None, left: str
) -> None:
    inbox: SimpleQueue[Event] = SimpleQueue()
    updates(tmp_path, inbox).install(version)
    wish = tmp_path / "update"
    with pytest.raises(Empty):
        inbox.get(timeout=0.2)
    assert wish.read_text() == left
    wish.unlink()
    assert isinstance(inbox.get(timeout=5), UpdateEnded)


def test_a_folder_that_cannot_be_written_ends_the_update_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox: SimpleQueue[Event] = SimpleQueue()
    updates(tmp_path / "gone", inbox).install("1.2")
    assert isinstance(inbox.get(timeout=5), UpdateEnded)
    assert "cannot be asked for" in caplog.text


def test_only_the_service_of_an_installed_package_can_be_updated(tmp_path: Path) -> None:
    inbox: SimpleQueue[Event] = SimpleQueue()
    assert updates(tmp_path, inbox).can_update
    assert not updates(None, inbox).can_update
    assert not AptUpdates(inbox, tmp_path, tmp_path / "none").can_update


def test_systemd_names_the_folder(tmp_path: Path) -> None:
    assert runtime_folder({"RUNTIME_DIRECTORY": "/run/belbord-desk:/run/other"}) == Path("/run/belbord-desk")
    assert runtime_folder({}) is None


def test_the_version_that_did_not_come_up_is_read_where_there_was_one(tmp_path: Path) -> None:
    assert went_back_from(tmp_path) == ""
    (tmp_path / "went-back").write_text("2.0+deb12\n")
    assert went_back_from(tmp_path) == "2.0+deb12"
