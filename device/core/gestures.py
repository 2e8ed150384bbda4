"""One button: contact edges with their times become a press, a walk through a menu, or a stuck button.

What is chosen here, and why:

- A contact bounces for up to 20 ms, and a spike on the open line is shorter than 5 ms. So a touch is believed once
  the contact was closed for 5 ms on end: no spike passes, and after the worst bounce it is felt within 25 ms.
- The glass answers the touch; the note is kept at the *release*, because only then is it sure that it is no hold.
  A hold leaves nothing behind, not even a note that was withdrawn.
- 25 ms after the first edge bouncing is over, so from then on the first opening *is* the release, at once: a closed
  contact shorts the line to ground and no spike lifts it. A press of ordinary length costs no waiting at its release.
  The menu's choice has no such haste and waits for 25 ms of open contact.
- A new touch begins only after 25 ms of open contact and 250 ms after the last touch began, so mashing is one press
  per 250 ms and bounce at the release is none.
- Held for 30 s it is stuck: nothing more comes of it until it is let go.
- Edges bear the kernel's time, and a busy unit hears of them late. An opening that came before a touch was believed
  and was told after it takes the belief back: how long the contact was closed counts, not when it was looked at.
"""

from dataclasses import dataclass, replace
from typing import Literal, assert_never

SPIKE_S = 0.005
SETTLE_S = 0.025
LOCKOUT_S = 0.25
HOLD_S = 0.8
ITEM_S = 1.0
STUCK_S = 30.0
PROGRESS_STEPS = 10

_EXACTLY = 1e-9
"""Deadlines are sums of floats: what is due within a nanosecond is due."""

Phase = Literal["open", "touched", "pressed", "menu", "stuck", "ignored"]


@dataclass(frozen=True, slots=True)
class Button:
    """`down` since `since`: the contact as it is. `phase`: what it means; `first`: when the touch began; `felt`: until
    when the contact was closed on end before the touch was believed.

    open: at rest. touched: not yet believed. pressed: felt, maybe becoming a hold. menu: held. stuck: held too long.
    ignored: after a press, until the contact has been open long enough to begin again.
    """

    down: bool = False
    since: float = float("-inf")
    phase: Phase = "open"
    first: float = float("-inf")
    felt: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Touched:
    """The finger is felt. Nothing is decided yet."""

    at: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """Let go in time. `at`: when the touch began."""

    at: float


@dataclass(frozen=True, slots=True)
class MenuTaken:
    """Let go in the menu, on the item with this index (0 first)."""

    at: float
    index: int


@dataclass(frozen=True, slots=True)
class Stuck:
    at: float


@dataclass(frozen=True, slots=True)
class Unstuck:
    at: float


Gesture = Touched | Pressed | MenuTaken | Stuck | Unstuck


def edge(button: Button, at: float, down: bool) -> tuple[Button, tuple[Gesture, ...]]:
    """The contact closed or opened at `at`. Call `advance` up to `at` first; that it went further does no harm."""
    if down == button.down:
        return button, ()
    open_for = at - button.since
    seen = replace(button, down=down, since=at)
    match button.phase:
        case "open" if down:
            rested = open_for >= SETTLE_S - _EXACTLY and at - button.first >= LOCKOUT_S - _EXACTLY
            # After a spike, or what looked like one because this edge was told late, nothing has to be waited for.
            rested = rested or button.first == float("-inf")
            return replace(seen, phase="touched" if rested else "ignored", first=at if rested else button.first), ()
        case "pressed" if not down and at < button.felt - _EXACTLY:
            return replace(seen, phase="touched"), ()
        case "pressed" if not down and at - button.first >= SETTLE_S - _EXACTLY:
            return replace(seen, phase="ignored"), (Pressed(button.first),)
        case "open" | "touched" | "pressed" | "menu" | "stuck" | "ignored":
            return seen, ()
        case _:
            assert_never(button.phase)


def advance(button: Button, at: float) -> tuple[Button, tuple[Gesture, ...]]:
    """Let time pass until `at` with the contact as it is."""
    gestures: list[Gesture] = []
    while (due := deadline(button)) is not None and due <= at + _EXACTLY:
        button, gesture = _pass(button, due)
        if gesture is not None:
            gestures.append(gesture)
    return button, tuple(gestures)


def deadline(button: Button) -> float | None:
    """When the button's meaning changes next if the contact stays as it is."""
    match button.phase:
        case "open":
            return None
        case "touched":
            return button.since + (SPIKE_S if button.down else SETTLE_S)
        case "pressed":
            # Opened within the bounce: wait and see until bouncing must be over.
            return button.first + HOLD_S if button.down else max(button.first + SETTLE_S, button.since)
        case "menu":
            return button.first + STUCK_S if button.down else button.since + SETTLE_S
        case "stuck" | "ignored":
            return None if button.down else button.since + SETTLE_S
        case _:
            assert_never(button.phase)


def _pass(button: Button, at: float) -> tuple[Button, Gesture | None]:
    """What the deadline `at` brings."""
    match button.phase, button.down:
        case "touched", True:
            return replace(button, phase="pressed", felt=at), Touched(button.first)
        case "pressed", True:
            return replace(button, phase="menu"), None
        case "pressed", False:
            return replace(button, phase="ignored"), Pressed(button.first)
        case "menu", True:
            return replace(button, phase="stuck"), Stuck(at)
        case "menu", False:
            return replace(button, phase="open"), MenuTaken(button.since, item(button, button.since))
        case "stuck", _:
            return replace(button, phase="open"), Unstuck(button.since)
        case "touched", False:
            # A spike: it was no touch, so it locks nothing out.
            return replace(button, phase="open", first=float("-inf")), None
        case _:
            return replace(button, phase="open"), None


def item(button: Button, at: float) -> int:
    """The index of the menu's item at `at`: one a second from the moment the menu opened."""
    return max(0, int(_in_menu(button, at) // ITEM_S))


def progress(button: Button, at: float) -> int:
    """How far the item's second has gone, 0-10."""
    return int(_in_menu(button, at) % ITEM_S * PROGRESS_STEPS)


def next_progress(button: Button, at: float) -> float:
    """When `progress` or `item` changes next."""
    steps = int(_in_menu(button, at) * PROGRESS_STEPS) + 1
    return button.first + HOLD_S + steps * ITEM_S / PROGRESS_STEPS


def _in_menu(button: Button, at: float) -> float:
    return max(0.0, at - button.first - HOLD_S + _EXACTLY)
