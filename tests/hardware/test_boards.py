"""Board files: the ones that come with Belbord are right, and a wrong one is told all that is wrong."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from device.header import PIN_OF
from device.profile import DEFAULT_BOARD, ProfileFault, SignColours, board_files, lines_of, load_profile, profile_of

BOARDS = [file.stem for file in board_files()]
GROUND_AND_POWER = {1, 2, 4, 6, 9, 14, 17, 20, 25, 27, 28, 30, 34, 39}


def content(name: str = DEFAULT_BOARD) -> dict[str, dict[str, object]]:
    [path] = [file for file in board_files() if file.stem == name]
    return tomllib.loads(path.read_text())


def test_there_is_a_board_for_every_chip() -> None:
    assert {load_profile(name).panel.chip for name in BOARDS} == {"ssd1306", "sh1106", "ssd1309", "ssd1322"}
    assert DEFAULT_BOARD in BOARDS


@pytest.mark.parametrize("name", BOARDS)
def test_no_two_functions_share_a_line(name: str) -> None:
    taken = Counter(bcm for _, bcm in lines_of(load_profile(name)))
    assert [bcm for bcm, times in taken.items() if times > 1] == []


@pytest.mark.parametrize("name", BOARDS)
def test_every_line_comes_out_on_the_header(name: str) -> None:
    assert all(bcm in PIN_OF for _, bcm in lines_of(load_profile(name)))


def test_the_header_has_each_pin_once_and_none_of_ground_or_power() -> None:
    assert len(set(PIN_OF.values())) == 26
    assert set(PIN_OF.values()) | GROUND_AND_POWER == set(range(1, 41))


def test_a_path_is_a_board_too(tmp_path: Path) -> None:
    [source] = [file for file in board_files() if file.stem == DEFAULT_BOARD]
    path = tmp_path / "mine.toml"
    path.write_text(source.read_text().replace("button = 17", "button = 27"))
    profile = load_profile(str(path))
    assert (profile.name, profile.pins.button) == ("mine", 27)


def test_all_faults_are_told_at_once() -> None:
    wrong = content()
    wrong["panel"] |= {"chip": "vfd", "pitch_mm": "wide", "contrast": 300, "colour": "blue"}
    del wrong["panel"]["width"]
    wrong["pins"] |= {"button": 1, "sign_active_high": 1, "sign": True}
    wrong["extra"] = {}
    with pytest.raises(ProfileFault) as told:
        profile_of("mine", wrong)
    text = str(told.value)
    for place in ("chip", "pitch_mm", "contrast", "colour", "width", "button", "sign_active_high", "sign:", "extra"):
        assert place in text
    assert len(told.value.faults) == 9


@pytest.mark.parametrize(
    ("pins", "named"),
    [({"button": 18}, "pins.button, pins.sign"), ({"sign": 2}, "i2c SDA, pins.sign"), ({"buzzer": 17}, "pins.buzzer")],
)
def test_a_shared_line_is_a_fault_that_names_both(pins: dict[str, int], named: str) -> None:
    wrong = content()
    wrong["pins"] |= pins
    with pytest.raises(ProfileFault, match=named):
        profile_of("mine", wrong)


@pytest.mark.parametrize(
    ("board", "panel", "said"),
    [
        ("oled-2.42-ssd1309", {"reset": 8}, "spi CE0, panel.reset"),
        ("oled-3.12-ssd1322", {"bus": "i2c", "bus_port": 1}, "has no I2C"),
        (DEFAULT_BOARD, {"bus": "spi", "bus_port": 0, "address": 0}, "data_command and reset"),
        (DEFAULT_BOARD, {"bus_port": 0}, "not on the 40-pin header"),
        (DEFAULT_BOARD, {"width": 256}, "128 by 64"),
    ],
)
def test_what_does_not_go_together_is_a_fault(board: str, panel: dict[str, object], said: str) -> None:
    wrong = content(board)
    wrong["panel"] |= panel
    with pytest.raises(ProfileFault, match=said):
        profile_of("mine", wrong)


RGB = {"sign_kind": "rgb", "sign_green": 23, "sign_blue": 24}
COUNTER = {
    "chip": "ssd1309", "width": 128, "height": 64, "pitch_mm": 0.43, "reading_distance_mm": 1500,
    "bus": "i2c", "bus_port": 1, "address": 0x3D,
}  # fmt: skip


def test_a_board_may_have_an_rgb_sign_in_colours_of_its_own_and_a_glass_for_the_counter() -> None:
    board = content()
    board["pins"] |= RGB
    board["sign_colours"] = {"lit": "#ff0080"}
    board["counter"] = dict(COUNTER)
    profile = profile_of("mine", board)
    assert profile.colours.lit == (255, 0, 128)
    assert profile.colours.dark == SignColours().dark
    assert profile.counter is not None
    assert profile.counter.address == 0x3D
    lines = lines_of(profile)
    assert ("pins.sign_green", 23) in lines
    assert len([bcm for _, bcm in lines]) == len({bcm for _, bcm in lines})


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"pins": {"sign_kind": "rgb"}}, "needs sign_green and sign_blue"),
        ({"pins": {"sign_green": 23}}, "no use with a lamp"),
        ({"pins": RGB | {"sign_blue": 17}}, "pins.button, pins.sign_blue"),
        ({"sign_colours": {"lit": "red"}}, "sign_colours.lit: must be a colour"),
        ({"sign_colours": {"busy": "#ff0000"}}, "sign_colours.busy: unknown"),
        ({"counter": COUNTER | {"address": 0x3C}}, "the panel's own place on the bus"),
        ({"counter": COUNTER | {"chip": "vfd"}}, "counter.chip"),
        ({"counter": COUNTER | {"bus_port": 0}}, "counter: i2c port 0"),
        ({"counter": COUNTER | {"bus": "spi", "bus_port": 0, "address": 0}}, "counter: on SPI"),
    ],
)
def test_a_wrong_sign_or_counter_is_told(tables: dict[str, dict[str, object]], said: str) -> None:
    wrong = content()
    for name, table in tables.items():
        wrong[name] = wrong.get(name, {}) | table
    with pytest.raises(ProfileFault, match=said):
        profile_of("mine", wrong)


@pytest.mark.parametrize("text", ["title = ", "\x00", "[panel]\n[panel]"])
def test_a_file_that_is_not_toml_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ProfileFault, match="not TOML"):
        load_profile(str(path))


def test_an_unknown_name_lists_the_boards_there_are(tmp_path: Path) -> None:
    with pytest.raises(ProfileFault, match=DEFAULT_BOARD):
        load_profile("nope")
    with pytest.raises(ProfileFault, match="cannot be read"):
        load_profile(str(tmp_path / "nope.toml"))
