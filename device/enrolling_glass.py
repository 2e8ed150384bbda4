"""How enrolling goes, on the glass of a unit without a screen or keyboard."""

import threading
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.core.pages import Margin, Notice
from device.profile import DEFAULT_BOARD, Panel, ProfileFault, load_profile
from device.words import LANGUAGES, words_of

if TYPE_CHECKING:
    from device.panel import PanelDevice

MakeDevice = Callable[[Panel], "PanelDevice"]
DRAWN_WITHIN_S = 1.0


def told_on_glass(
    file: Path, config: Path, opened: ExitStack, make_device: MakeDevice | None = None
) -> Callable[[str, str], None]:
    """(what, about whom or where) -> shown, in the language and on the panel that `file`, or else `config`, names.

    Nothing is shown when there is nothing to do. Where there is no glass, the outcome's file tells.
    """
    wish = _read(file)
    if "code" not in wish:
        return lambda _what, _about: None
    settings = {**_read(config), **wish}
    named = settings.get("language")
    language = named if isinstance(named, str) and named in LANGUAGES else "nl"
    words = words_of(language)
    texts = {
        "enrolling": words("Aanmelden bij {about}…"),
        "enrolled": words("Aangemeld als {about}"),
        "refused": words("Aanmelden mislukt: maak op de host een nieuwe code"),
        "unreachable": words("Aanmelden mislukt: de host is niet bereikbaar"),
    }
    try:
        panel = load_profile(str(settings.get("board", DEFAULT_BOARD))).panel
    except ProfileFault:
        panel = load_profile(DEFAULT_BOARD).panel
    if make_device is None:
        from device.panel import open_panel

        make_device = open_panel
    from device.drivers.screen import ScreenDriver

    answered = threading.Event()
    screen = opened.enter_context(ScreenDriver(panel, make_device, language, lambda _works, _why: answered.set()))

    def tell(what: str, about: str) -> None:
        screen.show(Notice(Margin(), texts[what].format(about=about)))
        # The last one is drawn on leaving; the first says whether there is a glass at all.
        answered.wait(DRAWN_WITHIN_S)

    return tell


def _read(file: Path) -> dict[str, Any]:
    """What the file says, nothing when it cannot be read: whoever enrols says why."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
