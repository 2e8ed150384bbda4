"""The desk unit's case from the side, with its sizes and the line of sight, as SVG."""

from math import cos, radians, sin

from device.profile import Profile
from tools.hardware.drawing import FAINT, INK, SOFT, Drawing, Point
from tools.hardware.enclosure import PANEL_PLUGS_MM, PI_BOARD_MM, PI_FEET_MM, Numbers, numbers_of
from tools.hardware.parts import PartsFile

_SCALE = 3.6  # user units a millimetre
_WIDTH, _HEIGHT = 760.0, 560.0
_LEFT, _FLOOR = 220.0, 470.0
_MEASURE, _SIGHT = "#2468b4", "#c2571a"


def section(profile: Profile, parts: PartsFile) -> str:
    """The SVG. Raises LookupError: a part's size is missing."""
    numbers, wall = numbers_of(profile, parts), parts.case.wall_mm
    page = Drawing(_WIDTH, _HEIGHT, (_WIDTH / 4, _HEIGHT / 4), f"Belbord case from the side, {profile.title}")
    page.text(36, 44, "Belbord desk unit: the case from the side", size=20, bold=True)
    page.text(36, 66, f"{profile.title}; millimetres; {numbers.width:.1f} wide", size=13, fill=SOFT)
    page.text(36, _HEIGHT - 22, "Drawn and computed; not yet built.", size=11, fill=SOFT)
    page.line([(40, _FLOOR), (_WIDTH - 40, _FLOOR)], stroke=FAINT, thick=2)
    page.line([_at(x, z) for x, z in numbers.profile], fill="#eceae2", thick=2.4)
    _parts(page, numbers, parts, wall)
    _sight(page, numbers, profile, parts)
    _measures(page, numbers)
    return page.svg()


def _at(x: float, z: float) -> Point:
    return _LEFT + x * _SCALE, _FLOOR - z * _SCALE


def _on_face(numbers: Numbers, along: float, into: float) -> Point:
    """`along` the face from the deck upwards, `into` the case square to it."""
    tilt = radians(numbers.tilt_deg)
    x = numbers.deck_length + along * cos(tilt) + into * sin(tilt)
    return _at(x, numbers.front_height + numbers.deck_rise + along * sin(tilt) - into * cos(tilt))


def _on_deck(numbers: Numbers, along: float, into: float) -> Point:
    share = along / numbers.deck_length
    return _at(along, numbers.front_height + numbers.deck_rise * share - into)


def _parts(page: Drawing, numbers: Numbers, parts: PartsFile, wall: float) -> None:
    pi_w = parts.size_of("pi")[1]
    x, y = _at(numbers.pi_front, wall + PI_FEET_MM + PI_BOARD_MM)
    page.box(x, y, pi_w * _SCALE, PI_BOARD_MM * _SCALE, fill="#2f8f4e", radius=1)
    page.box(x + 4, y - 8.5 * _SCALE, 5 * _SCALE, 8.5 * _SCALE, fill="#2f3136", radius=1)
    for start, width, height in ((10, 14, 16), (28, 24, 13)):
        page.box(x + start * _SCALE, y - height * _SCALE, width * _SCALE, height * _SCALE, fill="#c9cdd2", radius=2)
    page.text(x + 40 * _SCALE, y - 4.5 * _SCALE, "Raspberry Pi", size=12, anchor="middle")
    # Panel: board, and the room its plugs need.
    low = (numbers.face_length - numbers.pocket_h) / 2
    high, back = low + numbers.pocket_h, wall + numbers.pocket_d
    page.line(
        [
            _on_face(numbers, a, i)
            for a, i in ((low, back), (low, back + PANEL_PLUGS_MM), (high, back + PANEL_PLUGS_MM), (high, back))
        ],
        stroke=SOFT,
        thick=1,
        dash="4 3",
    )
    page.line(
        [_on_face(numbers, a, i) for a, i in ((low, wall), (high, wall), (high, back), (low, back))],
        fill="#1d4f7c",
        thick=1,
    )
    middle, half = numbers.face_length / 2 + numbers.window_up, numbers.window_h / 2
    page.line([_on_face(numbers, middle - half, 0), _on_face(numbers, middle + half, 0)], stroke="#58b7e8", thick=6)
    # Button: rim above the deck, body below.
    centre, rim, hole = numbers.deck_length / 2, numbers.button_rim / 2, numbers.button_hole / 2
    page.line(
        [
            _on_deck(numbers, centre + s * hole, i)
            for s, i in ((-1, 0), (1, 0), (1, numbers.button_depth), (-1, numbers.button_depth))
        ],
        fill="#f3e3c3",
        thick=1.2,
    )
    page.line(
        [_on_deck(numbers, centre + s * rim, i) for s, i in ((-1, 0), (1, 0), (1, -3), (-1, -3))],
        fill="#f3c74a",
        thick=1.2,
    )

    x, y = _on_deck(numbers, centre, numbers.button_depth / 2)
    page.text(x, y + 4, "button", size=12, anchor="middle")


def _sight(page: Drawing, numbers: Numbers, profile: Profile, parts: PartsFile) -> None:
    start = _on_face(numbers, numbers.face_length / 2 + numbers.window_up, 0)
    end = _on_face(numbers, numbers.face_length / 2 + numbers.window_up, -42)
    page.line([start, end], stroke=_SIGHT, thick=1.6, dash="7 5")
    words = (
        f"eye at {profile.panel.reading_distance_mm:g} mm,",
        f"{parts.case.eye_above_desk_mm:g} mm above the desk;",
        f"face tilted {numbers.tilt_deg:.0f}° to meet it",
    )
    for n, line in enumerate(words):
        page.text(36, 110 + n * 18, line, size=12, fill=_SIGHT)


def _measures(page: Drawing, numbers: Numbers) -> None:
    left, right, under = _LEFT, _LEFT + numbers.depth * _SCALE, _FLOOR + 24
    _measure(page, (left, under), (right, under))
    page.text((left + right) / 2, under + 17, f"{numbers.depth:.1f}", size=12, fill=_MEASURE, anchor="middle")
    side, top = right + 26, _FLOOR - numbers.height * _SCALE
    _measure(page, (side, _FLOOR), (side, top))
    page.text(side + 10, (_FLOOR + top) / 2, f"{numbers.height:.1f}", size=12, fill=_MEASURE)
    front = _FLOOR - numbers.front_height * _SCALE
    _measure(page, (left - 22, _FLOOR), (left - 22, front))
    page.text(left - 32, (_FLOOR + front) / 2 + 4, f"{numbers.front_height:.1f}", size=12, fill=_MEASURE, anchor="end")
    page.text(
        right, top - 12, f"window {numbers.window_w:.1f} × {numbers.window_h:.1f}", size=12, fill=INK, anchor="end"
    )


def _measure(page: Drawing, a: Point, b: Point) -> None:
    page.line([a, b], stroke=_MEASURE, thick=1.2)
    across = (0.0, 5.0) if a[1] == b[1] else (5.0, 0.0)
    for x, y in (a, b):
        page.line([(x - across[0], y - across[1]), (x + across[0], y + across[1])], stroke=_MEASURE, thick=1.2)
