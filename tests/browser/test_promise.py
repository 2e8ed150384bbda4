"""The promise as people live it, with nothing made up but the PBX's callers and the hour of the day.

From a press on the virtual unit to a caller who was called back: real Chromium, broker, host agent, desk unit and mail
server. The clock of the host is moved; nobody waits for it.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broker.mosquitto import RunningBroker, free_port
from demo.programs import Program
from device.core.pages import Callbacks, Margin, Quiet, Tally
from tests.demo.glass import Glass
from tests.host_agent.notify.mail_server import Mailbox, mail_server

HALF_PAST_TEN = datetime(2026, 11, 23, 10, 30).timestamp()
"""On a Monday that is no holiday."""
MINUTE_S = 60.0
JAN = {"number": "0612345678", "name": "Jan de Jong"}
LINK = re.compile(r"http://127\.0\.0\.1:\d+/c/\S+")
WHOLE = (8, 4, 120, 60)
"""Of the glass; what wanders over the edge aside."""
WITHIN_MS = 30_000
GLASS_S = 45.0
"""The round in which a resting glass shows its pages takes half a minute."""
HOST = """
language = "nl"
[mqtt]
port = {broker}
username = "host"
password_file = "host-password"
[pbx]
kind = "asterisk"
host = "127.0.0.1"
port = {ami}
username = "belbord"
secret_file = "ami-secret"
[web]
listen = "127.0.0.1:{inbox}"
[store]
path = "host.sqlite3"
[[queue]]
name = "receptie"
label = "Receptie"
[[unit]]
name = "balie-1"
label = "Balie"
extension = "100"
queues = ["receptie"]
[notices]
smtp_host = "127.0.0.1"
smtp_port = {smtp}
smtp_security = "none"
sender = "belbord@kantoor.example"
[[colleague]]
name = "Lotte Vos"
email = "lotte@kantoor.example"
team = "Verkoop"
[[colleague]]
name = "Karin Blom"
email = "karin@kantoor.example"
lead = true
"""
DESK = """
unit = "balie-1"
state_directory = "{folder}/unit"
[mqtt]
host = "127.0.0.1"
port = {broker}
password_file = "unit-password"
"""
RESTING = Margin(line="idle", sign="dark")


@dataclass(frozen=True)
class Ports:
    """On loopback."""

    broker: int
    smtp: int
    ami: int
    control: int
    inbox: int
    unit: int


@dataclass
class Office:
    """A whole office that runs. `ahead`: the file that moves the host's clock."""

    ports: Ports
    mail: Mailbox
    glass: Glass
    ahead: Path

    @property
    def inbox(self) -> str:
        return f"http://127.0.0.1:{self.ports.inbox}"

    @property
    def unit(self) -> str:
        return f"http://127.0.0.1:{self.ports.unit}"

    def it_is(self, moment: float) -> None:
        """Move the host's clock to Unix seconds `moment`."""
        written = self.ahead.with_suffix(".new")
        written.write_text(str(moment - time.time()))
        written.replace(self.ahead)

    def pbx(self, action: str, **body: str) -> None:
        """Something happens at the simulated PBX."""
        answer = httpx.post(f"http://127.0.0.1:{self.ports.control}/actions/{action}", json=body)
        assert answer.json()["done"] is True


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _until(condition: Callable[[], bool], program: Program) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        program.check()
        assert time.monotonic() < deadline, f"{program.title} is not ready"
        time.sleep(0.05)


@pytest.fixture
def office(mosquitto: RunningBroker, tmp_path: Path) -> Iterator[Office]:
    """Broker, simulated PBX, host agent, virtual unit and mail server, on a Monday at half past ten."""
    with ExitStack() as opened:
        mail = opened.enter_context(mail_server())
        ports = Ports(mosquitto.port, mail.port, *(free_port() for _ in range(4)))
        files = {
            "host-password": mosquitto.passwords["host"],
            "unit-password": mosquitto.passwords["balie-1"],
            "ami-secret": "a secret of this test",
            "host.toml": HOST.format(**asdict(ports)),
            "desk.toml": DESK.format(folder=tmp_path, broker=mosquitto.port),
            "ahead": "",
        }
        for name, text in files.items():
            (tmp_path / name).touch(0o600)
            (tmp_path / name).write_text(text)
        (tmp_path / "unit").mkdir(mode=0o700)
        glass = Glass(ports.unit)
        office = Office(ports, mail, glass, tmp_path / "ahead")
        office.it_is(HALF_PAST_TEN)
        scripts, here = Path(sys.executable).parent, Path(__file__).parent
        pbx = [sys.executable, "-m", "host_agent.pbx.simulated", "--ami-port", str(ports.ami)]
        pbx += ["--control-port", str(ports.control), "--secret-file", str(tmp_path / "ami-secret")]
        host = [sys.executable, str(here / "host_with_moved_clock.py"), str(tmp_path / "host.toml"), str(office.ahead)]
        desk = [str(scripts / "belbord-desk"), "run", "--config", str(tmp_path / "desk.toml")]
        desk += ["--virtual", str(ports.unit)]
        for title, command, ready in (
            ("the simulated PBX", pbx, f"http://127.0.0.1:{ports.control}/state"),
            ("the host agent", host, f"{office.inbox}/api/health"),
            ("the desk unit", desk, office.unit),
        ):
            program = opened.enter_context(Program(title, command, tmp_path / f"{title}.log"))
            _until(lambda url=ready: _answers(url), program)  # type: ignore[misc]  # bound now
        glass.waits_for(Quiet(Tally(0, None), RESTING), WHOLE, GLASS_S)
        yield office


class People:
    """Browsers of people, each without the others' cookies. A fault in a script fails the test."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def somebody(self, width: int = 1100) -> Page:
        """A new browser."""
        context = self._chromium.new_context(locale="nl-NL", viewport={"width": width, "height": 820})
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        return page

    def close(self) -> None:
        """Leave."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def people(chromium: Browser) -> Iterator[People]:
    """Whoever looks at the pages."""
    everyone = People(chromium)
    yield everyone
    everyone.close()
    assert everyone.faults == []


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("BELBORD_PICTURES"):
        page.screenshot(path=f"{folder}/promise-{name}.png", full_page=True)


def _stands_on(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def _tab(page: Page, to: str) -> None:
    """Go on with the tab key; the next thing that it comes to must be `to`. A date has tab stops of its own."""
    before = _stands_on(page)
    for _ in range(8):
        page.keyboard.press("Tab")
        if _stands_on(page) != before:
            break
    assert _stands_on(page) == to


def _retype(page: Page, text: str) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def _link_in(letter: EmailMessage) -> str:
    found = LINK.search(letter.get_content())
    assert found
    return found[0]


def _jan_is_kept(office: Office, people: People, inbox: Page) -> None:
    unit = people.somebody()
    unit.goto(office.unit)
    office.pbx("ring", **JAN)
    office.pbx("answer", extension="100")
    expect(unit.locator("#glass")).to_be_visible()
    unit.locator("#press").click(delay=80)
    expect(inbox.get_by_role("link", name="Jan de Jong")).to_be_visible(timeout=WITHIN_MS)
    expect(inbox).to_have_title("(1) Terugbellen · Belbord")
    office.pbx("hang_up", extension="100")


def _fill_in_by_keyboard(inbox: Page) -> None:
    """Every field, in the order in which they are asked, without touching the mouse."""
    inbox.get_by_role("link", name="Jan de Jong").press("Enter")
    expect(inbox.get_by_role("heading", level=1)).to_contain_text("Jan de Jong")
    expect(inbox.locator("#caller_number")).to_have_value("06 12 34 56 78")
    inbox.locator("#caller_name").focus()
    _retype(inbox, "Jan de Jongh")
    _tab(inbox, "caller_number")
    _tab(inbox, "name_unsure")
    inbox.keyboard.press("Space")
    _tab(inbox, "spell")
    _tab(inbox, "organisation")
    inbox.keyboard.type("Dakdekkers Jongh")
    _tab(inbox, "for_whom")
    inbox.keyboard.type("Lotte Vos")
    _tab(inbox, "assign_now")
    expect(inbox.locator("[name=assign_now]")).to_be_checked()
    _tab(inbox, "reason")
    inbox.keyboard.type("offerte !! -> dak ??")
    _tab(inbox, "urgent")
    _tab(inbox, "reachable")
    inbox.keyboard.type("tot twaalf uur")
    _tab(inbox, "promise")
    inbox.keyboard.press("ArrowRight")
    expect(inbox.get_by_label("vandaag 12:00")).to_be_checked()
    expect(inbox.locator("#say")).to_have_text("U wordt uiterlijk vandaag om 12:00 teruggebeld.")
    assert inbox.locator(".chips span").all_inner_texts() == [
        "niets beloofd", "vandaag 12:00", "vandaag 17:00", "morgen 12:00", "een andere tijd",
    ]  # fmt: skip
    _tab(inbox, "promised_by")
    _tab(inbox, "read_back")
    expect(inbox.locator("#readback")).to_have_text("06 12 34 56 78 · Jan de Jongh")
    inbox.keyboard.press("Space")
    _picture(inbox, "filled-in")
    inbox.keyboard.press("Tab")
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_text("De notitie is bewaard.")).to_be_visible()


def _is_asked(office: Office) -> str:
    """The colleague is told, with nothing of the caller; returns the link."""
    letter = office.mail.next_to("lotte@kantoor.example", "Wilt u iemand terugbellen?")
    assert "Beloofd: uiterlijk vandaag 12:00." in letter.get_content()
    assert "Dringend." in letter.get_content()
    for secret in ("Jongh", "0612", "06 12", "offerte", "Dakdekkers"):
        assert secret not in letter.as_string()
    return _link_in(letter)


def _try_in_vain(lotte: Page, link: str, row_says: Callable[[str], None]) -> None:
    """Open the link without an account, call, get no answer."""
    lotte.goto(link)
    expect(lotte.get_by_role("heading", level=1)).to_contain_text("Jan de Jongh")
    expect(lotte.get_by_role("link", name="06 12 34 56 78")).to_have_attribute("href", "tel:0612345678")
    row_says("gezien")
    _picture(lotte, "link")
    lotte.get_by_role("button", name="Geen gehoor").click()
    expect(lotte.get_by_text("1 keer geprobeerd")).to_be_visible()
    row_says("1 keer geprobeerd")


@pytest.mark.timeout(240)
def test_a_press_becomes_a_caller_who_was_called_back(office: Office, people: People) -> None:
    inbox = people.somebody()
    inbox.goto(office.inbox)
    expect(inbox.get_by_text("Niemand hoeft te worden teruggebeld")).to_be_visible()
    _jan_is_kept(office, people, inbox)
    office.glass.waits_for(Quiet(Tally(0, None), Margin(line="idle", sign="dark", open=1)), WHOLE, GLASS_S)

    _fill_in_by_keyboard(inbox)
    row = inbox.locator("li.note", has_text="Jan de Jongh")
    expect(row).to_contain_text("voor Lotte Vos · offerte ‼ → dak ⁇")
    expect(row).to_contain_text("dringend")
    expect(row).to_contain_text("vóór 12:00")
    expect(row).to_contain_text("door Lotte Vos")

    link, lotte = _is_asked(office), people.somebody(width=390)
    _try_in_vain(lotte, link, lambda words: expect(row).to_contain_text(words, timeout=WITHIN_MS))

    letters = len(office.mail.letters)
    office.it_is(HALF_PAST_TEN + 46 * MINUTE_S)
    office.mail.next_to("lotte@kantoor.example", "De helft van de tijd tot een belofte is om.", after=letters)
    office.it_is(HALF_PAST_TEN + 90 * MINUTE_S + 2)
    reminder = office.mail.next_to("lotte@kantoor.example", "Er moet nu worden teruggebeld.", after=letters)
    office.mail.next_to("karin@kantoor.example", "Een beller is niet op tijd teruggebeld.", after=letters)
    expect(row).to_contain_text("te laat: 12:00", timeout=WITHIN_MS)
    expect(inbox.locator(".sum")).to_have_text("1 open · 1 te laat")
    _picture(inbox, "overdue")
    office.glass.waits_for(Quiet(Tally(0, None), Margin(line="idle", sign="dark", open=1, overdue=1)), WHOLE, GLASS_S)
    office.glass.waits_for(Callbacks(Margin(line="idle", sign="dark", open=1, overdue=1)), WHOLE, GLASS_S)

    lotte.goto(_link_in(reminder))
    lotte.get_by_label("Hoe liep het af?").fill("Gesproken, offerte volgt")
    lotte.get_by_role("button", name="Afvinken").click()
    expect(lotte.get_by_text("afgevinkt")).to_be_visible()
    expect(lotte.get_by_role("button")).to_have_count(0)
    expect(inbox.get_by_text("Niemand hoeft te worden teruggebeld")).to_be_visible(timeout=WITHIN_MS)
    expect(inbox).to_have_title("Terugbellen · Belbord")
    office.glass.waits_for(Quiet(Tally(0, None), RESTING), WHOLE, GLASS_S)
    _whole_history(inbox)
    # Nothing is told twice, and nobody hears of what is done.
    assert len(office.mail.letters) == 4


def _whole_history(inbox: Page) -> None:
    inbox.get_by_text("Laatst afgehandeld").click()
    inbox.get_by_role("link", name="Jan de Jongh").click()
    _picture(inbox, "done")
    entries = [" ".join(entry.split()) for entry in inbox.locator(".history li").all_inner_texts()]
    for entry, words in zip(
        entries,
        (
            "12:00 Lotte Vos vinkte af Afloop: Gesproken, offerte volgt",
            "10:30 Lotte Vos belde Uitkomst: geen gehoor",
            "10:30 Lotte Vos zag de notitie",
            "10:30 telefoniste wees toe Wie belt terug: Lotte Vos",
            "10:30 telefoniste vulde aan",
            "10:30 Balie bewaarde de notitie",
        ),
        strict=True,
    ):
        assert re.sub(r"10:3\d", "10:30", entry).startswith(words)
