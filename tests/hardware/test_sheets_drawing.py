"""What a builder sees: writing that nothing covers, wires that neither cross nor touch a name."""

import re
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from PIL import ImageFont

from device.profile import Profile, load_profile
from tools.hardware.diagram import diagram
from tools.hardware.parts import PartsFile, load_parts
from tools.hardware.section import section
from tools.hardware_sheets import HARDWARE

BOARDS = sorted(path.stem for path in (HARDWARE / "boards").glob("*.toml"))
PARTS = load_parts(HARDWARE / "parts.toml")
SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    words: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Seen:
    """A drawing as a reader of the SVG finds it."""

    width: float
    height: float
    labels: list[Box]
    wires: dict[str, list[Point]]


def seen(svg: str) -> Seen:
    root = ElementTree.fromstring(svg)
    _, _, width, height = (float(number) for number in root.attrib["viewBox"].split())
    labels = [label_box(text) for text in root.iter(f"{SVG}text")]
    wires = {
        path.attrib["data-name"]: points_of(path.attrib["d"])
        for path in root.iter(f"{SVG}path")
        if path.get("class") == "wire"
    }
    return Seen(width, height, labels, wires)


def label_box(text: ElementTree.Element) -> Box:
    """Measured in DejaVu Sans, the widest of the fonts that the drawing asks for."""
    words, size = text.text or "", float(text.attrib["font-size"])
    face = "DejaVuSans-Bold.ttf" if text.get("font-weight") == "bold" else "DejaVuSans.ttf"
    left, top, right, bottom = ImageFont.truetype(face, 100).getbbox(words, anchor="ls")
    x, y, scale = float(text.attrib["x"]), float(text.attrib["y"]), size / 100
    shift = {"start": 0.0, "middle": -(right - left) / 2, "end": -(right - left)}[text.get("text-anchor", "start")]
    return Box(words, x + shift * scale, y + top * scale, x + (shift + right - left) * scale, y + bottom * scale)


def points_of(path: str) -> list[Point]:
    """The corners of a wire: of each rounded bend its corner point."""
    numbers = re.findall(r"([MLQ])([-\d.]+),([-\d.]+)(?: ([-\d.]+),([-\d.]+))?", path)
    assert "".join(re.findall(r"[A-Za-z]", path)) == "".join(kind for kind, *_ in numbers)
    corners = [numbers[0], *(entry for entry in numbers if entry[0] == "Q"), numbers[-1]]
    return [(float(x), float(y)) for _, x, y, *_ in corners]


def pieces(points: list[Point], thick: float = 0.0) -> list[Box]:
    """A wire as upright and level strips."""
    found = []
    for (x1, y1), (x2, y2) in pairwise(points):
        assert abs(x1 - x2) < 0.1 or abs(y1 - y2) < 0.1, "a wire runs slanting"
        found.append(Box("", min(x1, x2) - thick, min(y1, y2) - thick, max(x1, x2) + thick, max(y1, y2) + thick))
    return found


def drawings() -> list[tuple[str, str]]:
    found = []
    for name in BOARDS:
        profile = load_profile(name)
        relay = replace(profile, pins=replace(profile.pins, sign_kind="relay"))
        rgb = replace(profile, pins=replace(profile.pins, sign_kind="rgb", sign_green=5, sign_blue=6))
        silent = replace(profile, pins=replace(profile.pins, buzzer=None))
        found += [
            (f"{name} wiring", diagram(profile, PARTS)),
            (f"{name} wiring with a relay", diagram(relay, PARTS)),
            (f"{name} wiring with an RGB sign", diagram(rgb, PARTS)),
            (f"{name} wiring without a buzzer", diagram(silent, PARTS)),
            (f"{name} case", section(profile, PARTS)),
        ]
    return found


@pytest.fixture(params=drawings(), ids=lambda drawing: drawing[0])
def drawing(request: pytest.FixtureRequest) -> Seen:
    return seen(request.param[1])


def test_no_label_lies_over_another(drawing: Seen) -> None:
    assert drawing.labels
    over = [(a.words, b.words) for a, b in combinations(drawing.labels, 2) if a.covers(b)]
    assert not over


def test_every_label_lies_on_the_page(drawing: Seen) -> None:
    page = Box("", 20, 20, drawing.width - 20, drawing.height - 12)
    for label in drawing.labels:
        assert page.left <= label.left, label
        assert label.right <= page.right, label
        assert page.top <= label.top, label
        assert label.bottom <= page.bottom, label


def test_no_wire_runs_through_a_name(drawing: Seen) -> None:
    # A pin's own number lies on its wire's beginning.
    names = [label for label in drawing.labels if not label.words.isdigit()]
    through = [
        (wire, label.words)
        for wire, points in drawing.wires.items()
        for piece in pieces(points, thick=1.7)
        for label in names
        if piece.covers(label)
    ]
    assert not through


def test_no_two_wires_cross_or_run_into_one(drawing: Seen) -> None:
    crossing = [
        (a, b)
        for (a, of_a), (b, of_b) in combinations(drawing.wires.items(), 2)
        for piece in pieces(of_a, thick=1.7)
        for other in pieces(of_b, thick=1.7)
        if piece.covers(other)
    ]
    assert not crossing


@pytest.mark.parametrize("name", BOARDS)
def test_a_wiring_diagram_has_a_wire_for_each_in_the_table(name: str) -> None:
    text = (HARDWARE / "wiring" / f"{name}.md").read_text(encoding="utf-8")
    table = {cells[2].strip() for line in text.splitlines() if "| row " in line for cells in [line.split("|")]}
    assert set(seen(diagram(load_profile(name), PARTS)).wires) == table


def test_a_drawing_of_the_same_board_is_the_same_text() -> None:
    def drawn(profile: Profile, parts: PartsFile) -> str:
        return diagram(profile, parts) + section(profile, parts)

    again = load_parts(HARDWARE / "parts.toml")
    assert drawn(load_profile(BOARDS[0]), PARTS) == drawn(load_profile(BOARDS[0]), again)
