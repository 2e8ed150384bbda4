"""The numbers of the desk unit's case and of the sign box, computed from board and parts; `parts.scad` for OpenSCAD.

The case from the side, x from the front edge to the back and z upwards:

          ___
         /   |      the face carries the panel, tilted so that the eye looks straight at it
        /    |      the deck carries the button
    ___/     |      the Pi lies on the bottom plate, its header to the front, sockets at the back and on the left
   |_________|
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import asin, cos, degrees, radians, sin, tan

from device.profile import Profile
from tools.hardware.budget import strip_mm
from tools.hardware.parts import PartsFile

# Raspberry Pi 4B and 3B+, mechanical drawings: board, holes, and where the tallest things stand.
PI_HOLES_MM = (58.0, 49.0)
PI_HOLES_FROM_MM = (23.5, 3.5)  # from the edge with the USB sockets, and from the edge with the header
PI_FEET_MM = 5.0
PI_JUMPERS_MM = 18.0  # housings of jumper wires above the board, bent over
PI_BOARD_MM = 1.6
PANEL_PLUGS_MM = 12.0  # behind the panel's board
BUTTON_ROOM_MM = 4.0


@dataclass(frozen=True, slots=True)
class Numbers:
    """One desk unit's case. Millimetres and degrees; `pi_front` and `pi_left`: from the outside to the Pi's board."""

    window_w: float
    window_h: float
    window_up: float
    pocket_w: float
    pocket_h: float
    pocket_d: float
    tilt_deg: float  # of the face, from level
    face_length: float
    deck_length: float
    deck_rise: float
    front_height: float
    height: float
    depth: float
    width: float
    button_hole: float
    button_rim: float
    button_depth: float
    pi_front: float
    pi_left: float

    @property
    def profile(self) -> tuple[tuple[float, float], ...]:
        """The outline from the side."""
        deck = self.front_height + self.deck_rise
        face_x = self.deck_length + self.face_length * cos(radians(self.tilt_deg))
        return (
            (0, 0), (0, self.front_height), (self.deck_length, deck), (face_x, self.height),
            (self.depth, self.height), (self.depth, 0),
        )  # fmt: skip


def numbers_of(profile: Profile, parts: PartsFile) -> Numbers:
    """The case for a board. Raises LookupError: a part's size is missing."""
    case, panel = parts.case, profile.panel
    wall, play = case.wall_mm, case.play_mm
    module_w, module_h, module_d = parts.module_of(profile.panel).size_mm
    hole, rim, below = parts.size_of("button")
    pi_w, pi_d, _ = parts.size_of("pi")
    pocket_w, pocket_h = module_w + 2 * play, module_h + 2 * play
    # The line of sight is square to the face.
    drop = case.eye_above_desk_mm - case.glass_above_desk_mm
    tilt = 90 - degrees(asin(min(0.9, drop / panel.reading_distance_mm)))
    face = pocket_h + 2 * case.face_margin_mm
    deck = rim + 2 * case.deck_margin_mm
    rise = deck * tan(radians(case.deck_slope_deg))
    front = 2 * wall + below + case.plug_room_mm - rise / 2
    behind_button = deck / 2 + hole / 2 + BUTTON_ROOM_MM
    depth = max(deck + face * cos(radians(tilt)) + case.top_mm, behind_button + pi_d + play + wall)
    inside = max(case.side_room_mm + pi_w + play, pocket_w + 2 * 10)
    return Numbers(
        window_w=panel.width * panel.pitch_mm + 2 * case.window_margin_mm,
        window_h=panel.height * panel.pitch_mm + 2 * case.window_margin_mm,
        window_up=parts.module_of(profile.panel).active_up_mm,
        pocket_w=pocket_w,
        pocket_h=pocket_h,
        pocket_d=module_d,
        tilt_deg=tilt,
        face_length=face,
        deck_length=deck,
        deck_rise=rise,
        front_height=front,
        height=front + rise + face * sin(radians(tilt)),
        depth=depth,
        width=inside + 2 * wall,
        button_hole=hole,
        button_rim=rim,
        button_depth=below,
        pi_front=depth - wall - play - pi_d,
        pi_left=wall + play,
    )


def room_above_pi_mm(numbers: Numbers, wall_mm: float) -> float:
    """Between the jumper wires on the Pi and the lowest thing above them: the panel with its plugs, or the deck."""
    tilt, into = radians(numbers.tilt_deg), wall_mm + numbers.pocket_d + PANEL_PLUGS_MM
    up = (numbers.face_length - numbers.pocket_h) / 2
    panel_z = numbers.front_height + numbers.deck_rise + up * sin(tilt) - into * cos(tilt)
    deck_z = numbers.front_height - wall_mm
    return min(panel_z, deck_z) - (wall_mm + PI_FEET_MM + PI_BOARD_MM + PI_JUMPERS_MM)


def legible_mm(parts: PartsFile) -> float:
    """From how far the sign's small letters are still `reading_arcmin` high; x-height is 0.75 of a capital."""
    return parts.sign.letter_mm * 0.75 / tan(radians(parts.sign.reading_arcmin / 60))


def sign_height_mm(parts: PartsFile) -> float:
    """Height of the sign box."""
    return len(parts.sign.lines) * parts.sign.line_pitch_mm + 2 * parts.sign.margin_mm


def parts_scad(profiles: Sequence[Profile], parts: PartsFile) -> str:
    """`hardware/enclosure/parts.scad`: a list of numbers for each board, and the sizes that all share."""
    rows = {profile.name: _row(numbers_of(profile, parts)) for profile in profiles}
    names = list(next(iter(rows.values())))
    sign, case = parts.sign, parts.case
    pi = parts.size_of("pi")
    buzzer = parts.size_of("buzzer")
    shared = {
        "wall": case.wall_mm,
        "play": case.play_mm,
        "pi_size": list(pi),
        "pi_holes": list(PI_HOLES_MM),
        "pi_holes_from": list(PI_HOLES_FROM_MM),
        "pi_feet": PI_FEET_MM,
        "pi_jumpers": PI_JUMPERS_MM,
        "panel_plugs": PANEL_PLUGS_MM,
        "buzzer_size": list(buzzer),
        "sign_lines": list(sign.lines),
        "sign_letter": sign.letter_mm,
        "sign_pitch": sign.line_pitch_mm,
        "sign_size": [sign.width_mm, sign_height_mm(parts), sign.depth_mm],
        "sign_plate": sign.plate_mm,
        "strip_row": strip_mm(parts) / len(sign.lines),
    }
    return "\n".join([
        "// Written by `make hardware-sheets` from hardware/boards and hardware/parts.toml; do not edit.",
        "// Millimetres and degrees.",
        "",
        *(f"{name} = {_scad(value)};" for name, value in shared.items()),
        "",
        f"boards = {_scad(list(rows))};",
        "",
        "// One row a board; the functions below name the columns.",
        "numbers = [",
        *(f"  {_scad(list(row.values()))},  // {board}" for board, row in rows.items()),
        "];",
        "",
        "function row_of(board) = numbers[search([board], boards)[0]];",
        *(f"function {name}(board) = row_of(board)[{n}];" for n, name in enumerate(names)),
        "",
    ])  # fmt: skip


def _row(numbers: Numbers) -> dict[str, object]:
    return {**asdict(numbers), "side_profile": [list(point) for point in numbers.profile]}


def _scad(value: object) -> str:
    match value:
        case str():
            return '"' + value.replace('"', '\\"') + '"'
        case list():
            return "[" + ", ".join(_scad(item) for item in value) + "]"
        case float() | int():
            return f"{value:.2f}".rstrip("0").rstrip(".")
        case _:
            raise TypeError(f"no OpenSCAD value for {value!r}")
