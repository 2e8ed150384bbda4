"""The case and the sign box: what is computed for them holds the parts, and OpenSCAD's source asks for nothing else."""

import re
from math import atan2, degrees, hypot

import pytest
from PIL import ImageFont

from device.profile import Profile, load_profile
from tools.hardware.budget import strip_mm
from tools.hardware.enclosure import Numbers, legible_mm, numbers_of, parts_scad, room_above_pi_mm, sign_height_mm
from tools.hardware.parts import PartsFile, load_parts
from tools.hardware_sheets import HARDWARE

BOARDS = sorted(path.stem for path in (HARDWARE / "boards").glob("*.toml"))
COMMON_PRINTER_MM = 220


@pytest.fixture(scope="module")
def parts() -> PartsFile:
    return load_parts(HARDWARE / "parts.toml")


@pytest.fixture(params=BOARDS)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


@pytest.fixture
def numbers(profile: Profile, parts: PartsFile) -> Numbers:
    return numbers_of(profile, parts)


def test_the_window_shows_every_pixel_and_hides_the_board(numbers: Numbers, profile: Profile, parts: PartsFile) -> None:
    lit_w, lit_h = profile.panel.width * profile.panel.pitch_mm, profile.panel.height * profile.panel.pitch_mm
    module_w, module_h, _ = parts.module_of(profile.panel).size_mm
    assert lit_w < numbers.window_w < module_w
    assert lit_h < numbers.window_h < module_h
    assert numbers.window_up + numbers.window_h / 2 < module_h / 2


def test_the_face_is_square_to_the_line_of_sight(numbers: Numbers, profile: Profile, parts: PartsFile) -> None:
    drop = parts.case.eye_above_desk_mm - parts.case.glass_above_desk_mm
    away = (profile.panel.reading_distance_mm**2 - drop**2) ** 0.5
    assert numbers.tilt_deg + degrees(atan2(drop, away)) == pytest.approx(90)
    (deck_x, deck_z), (top_x, top_z) = numbers.profile[2:4]
    assert degrees(atan2(top_z - deck_z, top_x - deck_x)) == pytest.approx(numbers.tilt_deg)
    assert hypot(top_x - deck_x, top_z - deck_z) == pytest.approx(numbers.face_length)


def test_the_panel_lies_within_the_face(numbers: Numbers) -> None:
    assert numbers.pocket_h < numbers.face_length
    assert numbers.pocket_w < numbers.width


def test_button_panel_and_pi_keep_out_of_each_others_way(numbers: Numbers, parts: PartsFile) -> None:
    case = parts.case
    button_back = numbers.deck_length / 2 + numbers.button_hole / 2
    assert numbers.pi_front > button_back
    assert numbers.front_height - 2 * case.wall_mm - numbers.button_depth > 0
    assert room_above_pi_mm(numbers, case.wall_mm) > 5


def test_the_pi_fits_with_its_sockets_at_the_left_and_the_back(numbers: Numbers, parts: PartsFile) -> None:
    pi_w, pi_d, _ = parts.size_of("pi")
    inside = numbers.depth - parts.case.wall_mm - numbers.pi_front - pi_d
    assert inside == pytest.approx(parts.case.play_mm)
    assert numbers.pi_left + pi_w + parts.size_of("buzzer")[0] < numbers.width - parts.case.wall_mm


def test_everything_can_be_printed_on_a_common_printer(numbers: Numbers, parts: PartsFile) -> None:
    longest = max(numbers.width, numbers.depth, numbers.height, parts.sign.width_mm, sign_height_mm(parts))
    assert longest <= COMMON_PRINTER_MM


def test_the_sentence_fits_its_plate(parts: PartsFile) -> None:
    """OpenSCAD's text size is about the height of a capital: 0.72 em in DejaVu Sans."""
    face = ImageFont.truetype("DejaVuSans-Bold.ttf", 100)
    widest = max(face.getlength(line) for line in parts.sign.lines) / 100 * parts.sign.letter_mm / 0.72
    assert widest <= parts.sign.width_mm - 2 * parts.sign.margin_mm - 8
    assert " ".join(parts.sign.lines) == "Sorry, ik heb even geen tijd voor je"


def test_the_sign_is_read_from_the_other_side_of_a_counter(parts: PartsFile) -> None:
    assert legible_mm(parts) >= 3000


def test_a_row_of_strip_is_whole_cuts_and_fits_the_box(parts: PartsFile) -> None:
    row = strip_mm(parts) / len(parts.sign.lines)
    assert row % parts.circuit.strip_cut_mm == 0
    assert row <= parts.sign.width_mm - 2 * parts.sign.margin_mm


def test_the_openscad_source_knows_every_name_it_uses(parts: PartsFile) -> None:
    """OpenSCAD only warns about an unknown name, and prints a case without the part."""
    written = parts_scad([load_profile(name) for name in BOARDS], parts)
    source = re.sub(r"//.*|/\*.*?\*/", "", (HARDWARE / "enclosure" / "belbord.scad").read_text(encoding="utf-8"))
    bare = re.sub(r'"[^"]*"', "", source)
    built_in = {
        "module", "function", "include", "parts", "scad", "if", "else", "for", "assert", "str", "concat", "search",
        "len", "floor", "cos", "sin", "atan2", "true", "false", "fn", "union", "difference", "intersection", "hull",
        "translate", "rotate", "color", "linear_extrude", "offset", "polygon", "square", "cube", "cylinder",
        "text", "children",
    }  # fmt: skip
    options = set(re.findall(r"[(,]\s*(\w+)\s*=[^=]", bare))
    defined = set(re.findall(r"(?:module|function)\s+(\w+)", bare + written))
    defined |= set(re.findall(r"^\s*(\w+)\s*=[^=]", bare + "\n" + written, re.MULTILINE))
    used = set(re.findall(r"\b[a-z]\w*", bare))
    assert used - defined - options - built_in == set()
    assert {"window_w", "pi_size", "sign_lines", "side_profile"} <= used & defined
