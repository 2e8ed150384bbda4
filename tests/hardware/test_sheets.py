"""The sheets in hardware/ are what the board files say, and what they say can be built."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from device.header import PIN_OF
from device.profile import Profile, lines_of, load_profile
from tools.hardware.budget import gate_while_booting_v, pin_loads, strip_ma, strip_mm, supply_3v3
from tools.hardware.enclosure import legible_mm
from tools.hardware.parts import PartsFile, load_parts, tags_of
from tools.hardware.tables import wiring_table
from tools.hardware.wires import GROUNDS, SUPPLY_3V3, SUPPLY_5V, NotDrawable, name_of, wires_of
from tools.hardware_sheets import HARDWARE, sheets

BOARDS = sorted(path.stem for path in (HARDWARE / "boards").glob("*.toml"))
WRITTEN = sheets()


@pytest.fixture(scope="module")
def parts() -> PartsFile:
    return load_parts(HARDWARE / "parts.toml")


@pytest.fixture(params=BOARDS)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def with_pins(profile: Profile, **changes: object) -> Profile:
    return replace(profile, pins=replace(profile.pins, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_sheet_says_what_the_board_files_say(name: str) -> None:
    committed = HARDWARE / name
    assert committed.exists(), f"hardware/{name} is missing: run `make hardware-sheets`"
    assert committed.read_text(encoding="utf-8") == WRITTEN[name], (
        f"hardware/{name} differs from the board files: run `make hardware-sheets` and look at the change"
    )


def test_no_sheet_is_left_of_a_board_that_is_gone() -> None:
    found = {
        path.relative_to(HARDWARE).as_posix()
        for pattern in ("wiring/*", "enclosure/*.svg")
        for path in HARDWARE.glob(pattern)
    }
    assert found == {name for name in WRITTEN if name.startswith("wiring/") or name.endswith(".svg")}


def test_a_changed_pin_in_a_board_file_changes_its_table_and_its_drawing(tmp_path: Path) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "parts.toml").write_bytes((HARDWARE / "parts.toml").read_bytes())
    board = (HARDWARE / "boards" / "oled-1.3-sh1106.toml").read_text(encoding="utf-8")
    assert "button = 17" in board
    (tmp_path / "boards" / "oled-1.3-sh1106.toml").write_text(board.replace("button = 17", "button = 27"))
    changed = sheets(tmp_path)
    for name in ("wiring/oled-1.3-sh1106.md", "wiring/oled-1.3-sh1106.svg"):
        assert changed[name] != WRITTEN[name]
        assert "GPIO 27" in changed[name]


def test_no_two_functions_share_a_pin(profile: Profile) -> None:
    taken = [PIN_OF[bcm] for _, bcm in lines_of(profile)]
    assert len(taken) == len(set(taken))


def test_no_two_wires_go_to_one_pin(profile: Profile) -> None:
    pins = [wire.pin for wire in wires_of(profile)]
    assert len(pins) == len(set(pins))


def test_every_wire_ends_on_a_pin_of_its_own_kind(profile: Profile) -> None:
    for wire in wires_of(profile):
        assert 1 <= wire.pin <= 40
        match wire.volts:
            case "3.3 V logic":
                assert wire.bcm is not None
                assert PIN_OF[wire.bcm] == wire.pin
            case "3.3 V":
                assert wire.pin in SUPPLY_3V3
            case "0 V":
                assert wire.pin in GROUNDS
            case "5 V":
                assert wire.pin in SUPPLY_5V
                assert profile.pins.sign_kind == "relay", "nothing else here may see 5 V"
            case other:
                pytest.fail(f"{wire.part} {wire.terminal} has {other}")


def test_every_line_of_the_profile_has_its_wire(profile: Profile) -> None:
    wired = {wire.bcm for wire in wires_of(profile) if wire.bcm is not None}
    unwired = {function for function, bcm in lines_of(profile) if bcm not in wired}
    assert unwired <= {"spi MISO"}  # the kernel takes it; a panel says nothing


def test_the_forty_pins_have_names_and_each_line_has_one() -> None:
    names = [name_of(pin) for pin in range(1, 41)]
    assert {f"GPIO {bcm}" for bcm in PIN_OF} <= set(names)
    assert (names.count("GND"), names.count("3.3 V"), names.count("5 V")) == (8, 2, 2)


def test_only_a_relay_gets_5_v_and_on_its_coil_alone(profile: Profile, parts: PartsFile) -> None:
    lamp = with_pins(profile, sign_kind="lamp", sign_green=None, sign_blue=None)
    assert not [wire for wire in wires_of(lamp) if wire.pin in SUPPLY_5V]
    relay = with_pins(lamp, sign_kind="relay")
    assert [(wire.part, wire.terminal) for wire in wires_of(relay) if wire.pin in SUPPLY_5V] == [("sign", "VCC")]
    assert "relay" in tags_of(relay)
    assert "| sign VCC |" in wiring_table(relay, parts)


RGB = {"sign_kind": "rgb", "sign_green": 5, "sign_blue": 6}


def test_an_rgb_sign_has_a_wire_and_a_mosfet_for_each_colour(profile: Profile, parts: PartsFile) -> None:
    rgb = with_pins(profile, **RGB)
    wires = [(wire.terminal, wire.bcm) for wire in wires_of(rgb) if wire.part == "sign"]
    assert sorted(wires) == sorted([("R", 18), ("G", 5), ("B", 6), ("GND", None)])
    needed = {part.id: part.quantity for part in parts.parts if part.needed_for in tags_of(rgb)}
    assert needed["rgb-mosfet"] == needed["rgb-gate-resistor"] == needed["rgb-pull-down"] == 3
    assert "strip" not in needed
    loads = pin_loads(rgb, parts)
    assert len([load for load in loads if "gate" in load.name]) == 3
    assert sum(load.current_ma for load in loads) <= parts.limits.gpio_total_ma


def test_a_glass_for_the_counter_stands_in_the_wiring_table(profile: Profile, parts: PartsFile) -> None:
    second = replace(profile.panel, bus="i2c", bus_port=1, address=0x3D, chip="ssd1309", width=128, pitch_mm=0.43)
    table = wiring_table(replace(profile, counter=second), parts)
    assert "## The glass for the counter" in table
    assert "address 0x3D: SDA GPIO 2 (pin 3), SCL GPIO 3 (pin 5)" in table
    assert "## The glass for the counter" not in wiring_table(replace(profile, counter=None), parts)


def test_a_mosfet_that_would_be_lit_on_a_low_line_is_refused(profile: Profile) -> None:
    with pytest.raises(NotDrawable, match="sign_active_high"):
        wires_of(with_pins(profile, sign_kind="lamp", sign_active_high=False))


def test_a_board_without_a_buzzer_has_no_wire_and_no_part_for_it(profile: Profile) -> None:
    silent = with_pins(profile, buzzer=None)
    assert {wire.part for wire in wires_of(silent)} == {"panel", "button", "sign"}
    assert "buzzer" not in tags_of(silent)


def test_all_3_3_v_users_together_stay_within_the_budget(profile: Profile, parts: PartsFile) -> None:
    for board in (profile, with_pins(profile, sign_kind="relay")):
        rail = supply_3v3(board, parts)
        assert rail.total_ma <= rail.allowed_ma, rail


def test_no_line_carries_more_than_a_pin_may(profile: Profile, parts: PartsFile) -> None:
    for board in (profile, with_pins(profile, sign_kind="relay")):
        loads = pin_loads(board, parts)
        assert max(load.current_ma for load in loads) <= parts.limits.gpio_pin_ma
        assert sum(load.current_ma for load in loads) <= parts.limits.gpio_total_ma


def test_the_sign_stays_dark_while_the_pi_boots(parts: PartsFile) -> None:
    """Even on a line that the Pi pulls up from inside until the program runs."""
    assert gate_while_booting_v(parts) < parts.limits.gate_threshold_v


def test_the_fuse_lets_the_strip_burn_and_guards_its_supply(parts: PartsFile) -> None:
    assert strip_ma(parts) * 1.5 <= parts.circuit.fuse_ma <= parts.circuit.supply_ma / 1.5
    assert strip_ma(parts, "rgb") < parts.circuit.fuse_ma


def test_every_part_is_needed_by_some_board(parts: PartsFile) -> None:
    known = {"always", "button", "buzzer", "counter", "mosfet", "relay", "rgb", "sign", "white"}
    assert {part.needed_for for part in parts.parts} <= known
    ids = [part.id for part in parts.parts]
    assert len(ids) == len(set(ids))
    boards = [load_profile(name) for name in BOARDS]
    used = [parts.module_of(glass) for board in boards for glass in (board.panel, board.counter) if glass is not None]
    assert all(module in used for module in parts.panels)


def test_the_drawn_resistors_are_those_of_the_parts_list(parts: PartsFile) -> None:
    names = {part.id: part.name for part in parts.parts}
    assert f"{parts.circuit.gate_resistor_ohm} Ω" in names["gate-resistor"]
    assert f"{parts.circuit.buzzer_resistor_ohm} Ω" in names["buzzer-resistor"]
    assert f"{parts.circuit.pull_down_ohm // 1000} kΩ" in names["pull-down"]
    assert f"{parts.circuit.fuse_ma} mA" in names["fuse"]
    assert f"{parts.circuit.supply_ma // 1000} A" in names["strip-supply"]
    assert f"{parts.circuit.strip_v:g} V" in names["strip"]


def test_a_table_has_as_many_cells_in_each_row() -> None:
    for name, text in WRITTEN.items():
        if name.endswith(".md"):
            block: set[int] = set()
            for line in [*text.splitlines(), ""]:
                if line.startswith("|"):
                    block.add(line.count("|"))
                else:
                    assert len(block) <= 1, f"{name}: uneven table before {line!r}"
                    block = set()


def test_the_drawings_are_well_formed_and_name_no_outside_address() -> None:
    for name, text in WRITTEN.items():
        if name.endswith(".svg"):
            root = ElementTree.fromstring(text)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert "href" not in text


def test_the_guide_states_the_figures_that_follow_from_the_parts(parts: PartsFile) -> None:
    guide = " ".join((HARDWARE / "README.md").read_text(encoding="utf-8").split())
    boards = [load_profile(name) for name in BOARDS]
    through_lines = {
        rgb: max(
            sum(load.current_ma for load in pin_loads(board, parts))
            for board in boards
            if (board.pins.sign_kind == "rgb") is rgb
        )
        for rgb in (False, True)
    }
    row = strip_mm(parts) / len(parts.sign.lines)
    for words in (
        f"at most {parts.limits.gpio_pin_ma:g} mA through one line and {parts.limits.gpio_total_ma:g} mA through all",
        f"up to {parts.limits.rail_3v3_ma:g} mA in this design",
        f"draws {strip_ma(parts):.0f} mA at {parts.circuit.strip_v:g} V",
        f"{strip_ma(parts, 'rgb') / 3:.0f} mA a colour, {strip_ma(parts, 'rgb'):.0f} mA with all three full",
        f"together up to {max(supply_3v3(board, parts).total_ma for board in boards if board.counter):.0f} mA",
        f"the gate stays at {gate_while_booting_v(parts):.2f} V;",
        f"the AO3400A begins to conduct at {parts.limits.gate_threshold_v:g} V",
        f"three rows of {row:g} mm",
        f"{parts.sign.depth_mm:g} mm between LED and plate",
        f"Letters of {parts.sign.letter_mm:g} mm are read from {legible_mm(parts) / 1000:.1f} m",
    ):
        assert words.lower() in guide.lower(), words
    assert through_lines[False] < 25 < through_lines[True] < 45
    assert "under 25 mA at the very most, under 45 with an RGB sign" in guide


def test_the_guide_points_at_files_that_exist() -> None:
    links = re.findall(r"\]\(([^)]+)\)", (HARDWARE / "README.md").read_text(encoding="utf-8"))
    assert len(links) > 8
    assert not [link for link in links if not (HARDWARE / link).is_file()]
