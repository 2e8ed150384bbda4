"""The unit in a web page shows what the modelled hardware does, and its button moves the real path's pin."""

import base64
import json
import socket
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import httpx
import pytest

from device.core.events import Edge, Event
from device.core.pages import CallersWait, CounterBusy, Margin, Quiet, Tally
from device.core.rules import SignKind
from device.drivers.keys import ButtonKey
from device.drivers.lights import SignLamp, sign_of
from device.drivers.modelled_panel import ModelledPanel
from device.drivers.pins import mock_pins
from device.drivers.screen import ScreenDriver
from device.drivers.sounder import Sounder
from device.drivers.virtual import VirtualDesk
from device.drivers.virtual_board import VirtualBoard, meant_by
from device.drivers.virtual_site import SHORTEST_PRESS_S
from device.errors import UnitFault
from device.profile import Profile, SignColours, load_profile

MARGIN = Margin(line="idle", sign="dark")


class Bench:
    """A virtual unit with its modelled hardware."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.factory = mock_pins()
        self.glass = ModelledPanel(profile.panel)
        self.counter = None if profile.counter is None else ModelledPanel(profile.counter)
        self.inbox: SimpleQueue[Event] = SimpleQueue()
        self.desk = VirtualDesk(0, profile, self.factory, self.glass, "balie-1", counter=self.counter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.desk.port}"

    def told(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What a page is told: a kind of event and what it holds; bounded by a read time-out."""
        with httpx.stream("GET", f"{self.url}/events", timeout=5) as stream:
            kind = "look"
            for line in stream.iter_lines():
                name, _, rest = line.partition(": ")
                if name == "event":
                    kind = rest
                elif name == "data":
                    yield kind, json.loads(rest)
                    kind = "look"

    def looks(self) -> Iterator[dict[str, Any]]:
        """The unit as the page sees it, one look after another."""
        return (look for kind, look in self.told() if kind == "look")

    def post(self, path: str, body: Any) -> int:
        return httpx.post(f"{self.url}/{path}", json=body, timeout=5).status_code


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(load_profile("oled-1.3-sh1106"))
    with made.desk, ButtonKey(made.profile.pins.button, made.inbox, made.factory):
        yield made


@pytest.fixture
def rich() -> Iterator[Bench]:
    """A unit with all there is: two glasses, a sign in colours, a buzzer."""
    made = Bench(load_profile("oled-1.3-sh1106-duo-rgb"))
    with made.desk:
        yield made


def test_the_page_gets_the_glass_pixel_for_pixel(bench: Bench) -> None:
    with ScreenDriver(bench.profile.panel, bench.glass.make_device, "nl", lambda *_: None) as screen:
        screen.show(CallersWait(Tally(3, 84), MARGIN))
        for look in bench.looks():
            picture = bench.glass.picture()
            if (
                look["on"]
                and any(base64.b64decode(look["bits"]))
                and look["bits"] == base64.b64encode(picture.tobytes()).decode()
            ):
                assert (look["width"], look["height"]) == (128, 64)
                return


def test_a_new_page_on_the_glass_is_a_new_frame(bench: Bench) -> None:
    with ScreenDriver(bench.profile.panel, bench.glass.make_device, "nl", lambda *_: None) as screen:
        screen.show(CallersWait(Tally(3, 84), MARGIN))
        looks = bench.looks()
        first = next(look["frame"] for look in looks if look["on"])
        screen.show(Quiet(Tally(0, None), MARGIN))
        assert next(look["frame"] for look in looks if look["frame"] != first)


def test_the_sign_is_as_bright_as_its_pin(bench: Bench) -> None:
    with SignLamp(bench.profile.pins.sign, factory=bench.factory) as lamp:
        looks = bench.looks()
        assert next(looks)["lamp"] == 0.0
        lamp.set("lit", glowing=True)
        assert next(looks)["lamp"] == 1.0
        lamp.set("dark", glowing=False)
        assert next(looks)["lamp"] == 0.0


KINDS: dict[SignKind, str] = {
    "lamp": "oled-1.3-sh1106", "pwm": "oled-2.42-ssd1309", "relay": "oled-1.3-sh1106-relay",
    "rgb": "oled-1.3-sh1106-duo-rgb",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_sign_is_seen_as_what_it_is_and_what_it_says(kind: SignKind) -> None:
    profile, pins = load_profile(KINDS[kind]), mock_pins()
    board = VirtualBoard(profile, pins, ModelledPanel(profile.panel), None)
    with sign_of(profile.pins, profile.colours, pins) as sign:
        sign.set("lit", glowing=1.0)
        look = board.look()
        assert (look["sign"]["kind"], look["sign"]["says"], look["lamp"]) == (kind, "lit", 1.0)
        sign.set("dark", glowing=0.0)
        assert (board.look()["sign"]["says"], board.look()["lamp"]) == ("dark", 0.0)


@pytest.mark.parametrize("glowing", [0.25, 0.5, 0.9])
def test_a_fade_is_as_bright_on_the_page_as_the_unit_means_it_to_the_eye(glowing: float) -> None:
    profile, pins = load_profile(KINDS["pwm"]), mock_pins()
    board = VirtualBoard(profile, pins, ModelledPanel(profile.panel), None)
    with sign_of(profile.pins, profile.colours, pins) as sign:
        sign.set("lit", glowing=glowing)
        assert board.look()["lamp"] == pytest.approx(glowing)


def test_a_sign_in_colours_shows_them(rich: Bench) -> None:
    with sign_of(rich.profile.pins, rich.profile.colours, rich.factory) as sign:
        sign.set("lit", glowing=1.0)
        lit = next(look["sign"] for look in rich.looks())
        sign.set("unsure", glowing=1.0)
        unsure = next(look["sign"] for look in rich.looks())
    assert lit["light"] == [1.0, 0.235, 0.0]
    assert (unsure["says"], unsure["light"]) == ("unsure", [0.471, 0.471, 1.0])


@pytest.mark.parametrize("share", [0.1, 0.4, 1.0])
def test_what_an_rgb_sign_says_is_told_from_its_light_alone_anywhere_in_a_fade(share: float) -> None:
    colours = SignColours()
    lit, unsure = (
        tuple((a + (b - a) * share) / 255 for a, b in zip(one, other, strict=True))
        for one, other in ((colours.dark, colours.lit), ((0, 0, 0), colours.unsure))
    )
    assert meant_by(lit, colours) == "lit"  # type: ignore[arg-type]  # three channels
    assert meant_by(unsure, colours) == "unsure"  # type: ignore[arg-type]
    assert meant_by((0, 40 / 255, 10 / 255), colours) == "dark"


def test_the_glass_for_colleagues_stands_beside_the_telephonists(rich: Bench) -> None:
    assert rich.profile.counter is not None
    assert rich.counter is not None
    with ScreenDriver(rich.profile.counter, rich.counter.make_device, "nl", lambda *_: None) as screen:
        screen.show(CounterBusy(3, 2))
        for look in rich.looks():
            shown = base64.b64decode(look["counter"]["bits"])
            if look["counter"]["on"] and any(shown) and shown == rich.counter.picture().tobytes():
                assert shown != base64.b64decode(look["bits"])
                return


def test_each_tone_of_the_buzzer_is_told_once_with_its_moment_also_a_click_of_12_ms(rich: Bench) -> None:
    with Sounder(13, rich.factory) as buzzer:
        told = rich.told()
        assert next(told)[1]["sounds"]
        buzzer.beep(880, 0.3)
        buzzer.beep(1175, 0.3)
        buzzer.beep(0, 0.0)
        buzzer.beep(2000, 0.3)
        buzzer.beep(0, 0.0)
        tones: list[dict[str, Any]] = []
        for kind, tone in told:
            tones += [tone] if kind == "tone" else []
            if len(tones) == 5:
                break
    assert [tone["hertz"] for tone in tones] == [880, 1175, 0, 2000, 0]
    assert [tone["duty"] for tone in tones] == pytest.approx([0.15, 0.15, 0, 0.15, 0])
    assert sorted(tone["at"] for tone in tones) == [tone["at"] for tone in tones]


def test_a_page_opened_later_does_not_hear_old_tones(rich: Bench) -> None:
    with Sounder(13, rich.factory) as buzzer:
        buzzer.beep(880, 0.3)
        buzzer.beep(0, 0.0)
        told = rich.told()
        next(told)
        buzzer.beep(2000, 0.3)
        assert next(tone["hertz"] for kind, tone in told if kind == "tone") == 2000


def test_a_unit_whose_sound_is_off_has_nothing_to_hear(rich: Bench) -> None:
    assert not next(rich.looks())["sounds"]


def test_pressing_and_letting_go_are_edges_on_the_real_path(bench: Bench) -> None:
    assert bench.post("button", {"down": True}) == 204
    assert bench.post("button", {"down": False}) == 204
    edges = [bench.inbox.get(timeout=5), bench.inbox.get(timeout=5)]
    assert [edge.down for edge in edges if isinstance(edge, Edge)] == [True, False]


def test_the_quickest_click_is_as_long_as_a_finger_is_quick(bench: Bench) -> None:
    assert bench.post("button", {"down": True}) == 204
    assert bench.post("button", {"down": False}) == 204
    down, up = bench.inbox.get(timeout=5), bench.inbox.get(timeout=5)
    assert isinstance(down, Edge)
    assert isinstance(up, Edge)
    assert up.at - down.at >= SHORTEST_PRESS_S - 0.005


def test_a_page_that_closes_lets_the_button_go(bench: Bench) -> None:
    looks = bench.looks()
    next(looks)
    bench.post("button", {"down": True})
    assert next(look["down"] for look in looks if look["down"])
    looks.close()  # type: ignore[attr-defined]  # a generator
    edges = [bench.inbox.get(timeout=5), bench.inbox.get(timeout=5)]
    assert [edge.down for edge in edges if isinstance(edge, Edge)] == [True, False]


def test_an_unplugged_panel_says_so(bench: Bench) -> None:
    looks = bench.looks()
    assert next(looks)["plugged"]
    bench.post("panel", {"plugged": False})
    assert not next(looks)["plugged"]
    bench.post("panel", {"plugged": True})
    assert next(looks)["plugged"]


@pytest.mark.parametrize("path", ["", "unit.css", "sign.css", "words.js", "sound.js", "unit.js"])
def test_the_page_runs_only_its_own_scripts_and_only_loopback_may_frame_it(bench: Bench, path: str) -> None:
    answer = httpx.get(f"{bench.url}/{path}")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert policy.endswith("frame-ancestors http://127.0.0.1:* http://localhost:*")


def test_the_page_has_no_inline_script_or_style(bench: Bench) -> None:
    page = httpx.get(bench.url).text
    assert "style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count('<script src="')


@pytest.mark.parametrize("body", [[], {}, {"down": 1}, {"down": "x" * 300}, "down"])
def test_a_wrong_wish_is_refused_and_nothing_moves(bench: Bench, body: Any) -> None:
    assert bench.post("button", body) == 400
    assert bench.inbox.empty()


def test_a_form_of_another_page_cannot_press(bench: Bench) -> None:
    answer = httpx.post(f"{bench.url}/button", content=b'{"down": true}', headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert bench.inbox.empty()


def test_another_host_name_is_refused(bench: Bench) -> None:
    assert httpx.get(bench.url, headers={"host": "evil.example"}).status_code == 400


def test_a_port_in_use_is_named() -> None:
    profile = load_profile("oled-1.3-sh1106")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        desk = VirtualDesk(port, profile, mock_pins(), ModelledPanel(profile.panel), "balie-1")
        with pytest.raises(UnitFault, match=f"port {port} cannot be opened"):
            desk.__enter__()


def test_leaving_closes_the_port_even_while_a_page_looks() -> None:
    bench = Bench(load_profile("oled-1.3-sh1106"))
    with bench.desk:
        looks = bench.looks()
        next(looks)
        port = bench.desk.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    assert list(looks) == []
