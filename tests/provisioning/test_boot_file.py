"""The file on the boot partition: what becomes of it, and what is told."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from broker.enrolment import spelled
from broker.mosquitto import free_port
from device.drivers.modelled_panel import ModelledPanel
from device.enrol_command import OUTCOME, from_file
from device.enrolling_glass import told_on_glass
from device.profile import DEFAULT_BOARD, load_profile
from tests.provisioning.test_reception import Door


class Told(list[tuple[str, str]]):
    def __call__(self, what: str, about: str) -> None:
        self.append((what, about))


def _place(folder: Path, content: str) -> Path:
    place = folder / "boot" / "belbord.toml"
    place.parent.mkdir(exist_ok=True)
    place.write_text(content)
    return place


def _run(folder: Path, place: Path, told: Told, wait_s: float = 0.0) -> int:
    return from_file(place, folder / "desk.toml", folder / "state", wait_s, told, pause=lambda _s: None)


def test_a_host_that_is_not_there_keeps_the_code_for_the_next_start(tmp_path: Path) -> None:
    place, told = _place(tmp_path, f'code = "K7QF-2M9X-A0CD"\nhost = "127.0.0.1:{free_port()}"\n'), Told()
    before = place.read_text()
    assert _run(tmp_path, place, told) == 1
    assert place.read_text() == before
    assert told == [("enrolling", "127.0.0.1"), ("unreachable", "")]
    outcome = place.with_name(OUTCOME).read_text()
    assert outcome.count("\n") == 1
    assert "Connection refused" in outcome


def test_a_code_that_is_refused_is_taken_out_and_nothing_is_configured(tmp_path: Path) -> None:
    door = Door(tmp_path / "office")
    door.expect()
    place, told = _place(tmp_path, f'code = "0000-0000-0000"\nhost = "127.0.0.1:{door.port}"\n'), Told()
    assert door.while_open(lambda: _run(tmp_path, place, told)) == 1
    assert "code" not in place.read_text()
    assert told[-1] == ("refused", "")
    assert not (tmp_path / "desk.toml").exists()


def test_a_unit_keeps_its_own_settings_when_it_enrols_anew(tmp_path: Path) -> None:
    door = Door(tmp_path / "office")
    (tmp_path / "desk.toml").write_text(
        'unit = "old"\n[mqtt]\nhost = "old"\npassword_file = "gone"\n'
        '[sign]\nwaiting = 7\n[hours]\nmonday = "08:30-17:00"\n'
    )
    place = _place(tmp_path, f'code = "{spelled(door.expect())}"\nhost = "127.0.0.1:{door.port}"\n')
    assert door.while_open(lambda: _run(tmp_path, place, Told())) == 0
    text = (tmp_path / "desk.toml").read_text()
    for line in ('unit = "balie-1"', "waiting = 7", 'monday = "08:30-17:00"', "tls = true"):
        assert line in text.splitlines()
    assert "\npassword_file" not in text


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        ('code = "K7QF-2M9X-A0CD"\n', "code and host are meant"),
        ('code = 7\nhost = "x"\n', "code and host are meant"),
        ('code = "K7QF"\nhost = "x"\n', "12 characters"),
        ('code = "K7QF-2M9X-A0CD"\nhost = "x"\nboard = "none-such"\n', "board"),
        ('code = "K7QF-2M9X-A0CD"\nhost = "x"\nlanguage = "xx"\n', "language"),
        ('code = "K7QF-2M9X-A0CD"\nhost = "x"\ncolour = "red"\n', "no such key"),
        ('code = "K7QF\n', "belbord.toml"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_in_one_line(tmp_path: Path, content: str, meant: str) -> None:
    place, told = _place(tmp_path, content), Told()
    assert _run(tmp_path, place, told) == 1
    outcome = place.with_name(OUTCOME).read_text()
    assert meant in outcome
    assert outcome.count("\n") == 1


def test_where_there_is_no_code_there_is_nothing_to_do(tmp_path: Path) -> None:
    told = Told()
    assert _run(tmp_path, _place(tmp_path, 'host = "x"\n'), told) == 0
    assert _run(tmp_path, tmp_path / "none.toml", told) == 0
    assert not told
    assert not (tmp_path / "boot" / OUTCOME).exists()


def test_the_glass_says_how_it_goes_in_the_language_of_the_file(tmp_path: Path) -> None:
    seen = []
    for language in ("nl", "en", "de", "fr"):
        place = _place(tmp_path, f'code = "x"\nhost = "belbord.kantoor.example"\nlanguage = "{language}"\n')
        panel = ModelledPanel(load_profile(DEFAULT_BOARD).panel)
        for what in ("refused", "unreachable"):
            with ExitStack() as opened:
                told_on_glass(place, tmp_path / "none", opened, panel.make_device)(what, "")
            seen.append(panel.picture().tobytes())
    assert len(set(seen)) == 8
