"""What Belbord may ask an Asterisk: a closed list. It never changes anything in the PBX.

A line break in a value would begin a new header, and so an action of somebody else's choice: it is refused.
"""

from collections.abc import Mapping
from typing import Final

ALLOWED: Final = frozenset(
    {
        "Challenge",
        "CoreSettings",
        "CoreShowChannels",
        "CoreStatus",
        "DeviceStateList",
        "Events",
        "ExtensionStateList",
        "Login",
        "Logoff",
        "Ping",
        "QueueStatus",
        "QueueSummary",
    }
)
FIELDS: Final = frozenset({"AuthType", "EventMask", "Key", "Secret", "Username"})


class ActionRefused(ValueError):  # noqa: N818  # says what happened
    """An action that Belbord does not send. The text names what is wrong, never a value: it may be a secret."""


def encode(action: str, action_id: str, fields: Mapping[str, str] | None = None) -> bytes:
    """The bytes of one action. Raises ActionRefused on what is not on the list and on CR, LF or NUL anywhere."""
    if action not in ALLOWED:
        raise ActionRefused(f"action {action!r} is not one of those Belbord sends")
    lines = [("Action", action), ("ActionID", action_id)]
    for key, value in (fields or {}).items():
        if key not in FIELDS:
            raise ActionRefused(f"{action}: header {key!r} is not one of those Belbord sends")
        lines.append((key, value))
    for key, value in lines:
        if any(char in value for char in "\r\n\0"):
            raise ActionRefused(f"{action}: a line break or NUL in {key}")
    return "".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n"
