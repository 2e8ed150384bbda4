"""The unit in a web page shows what the modelled hardware does, and its button moves the real path's pin."""

import base64
import json
import socket
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import httpx
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.core.events import Edge, Event
from device.core.pages import CallersWait, Margin, Quiet, Tally
from device.drivers.keys import ButtonKey
from device.drivers.lights import SignLamp
from device.drivers.modelled_panel import ModelledPanel
from device.drivers.screen import ScreenDriver
from device.drivers.virtual import SHORTEST_PRESS_S, VirtualDesk
from device.errors import UnitFault
from device.profile import Profile, load_profile

MARGIN = Margin(line="idle", sign="dark")


class Bench:
    """A virtual unit with its modelled hardware."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.factory = MockFactory(pin_class=MockPWMPin)
        self.glass = ModelledPanel(profile.panel)
        self.inbox: SimpleQueue[Event] = SimpleQueue()
        self.desk = VirtualDesk(0, profile, self.factory, self.glass, "balie-1")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.desk.port}"

    def looks(self) -> Iterator[dict[str, Any]]:
        """What a page is told, one look after another; bounded by a read time-out."""
        with httpx.stream("GET", f"{self.url}/events", timeout=5) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def post(self, path: str, body: Any) -> int:
        return httpx.post(f"{self.url}/{path}", json=body, timeout=5).status_code


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(load_profile("oled-1.3-sh1106"))
    with made.desk, ButtonKey(made.profile.pins.button, made.inbox, made.factory):
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


@pytest.mark.parametrize("path", ["", "unit.css", "unit.js"])
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
        desk = VirtualDesk(port, profile, MockFactory(), ModelledPanel(profile.panel), "balie-1")
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
