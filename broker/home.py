"""What the host says to a Home Assistant, on topics below the discovery prefix, which is Home Assistant's own.

Forms and topics are those of its MQTT integration, "Discovery messages", device discovery
(home-assistant.io/integrations/mqtt/#device-discovery-payload), and of its sensor, binary_sensor and event by MQTT.
Nothing of a caller stands in any of it.
"""

from typing import Any, Literal

from msgspec import Struct

from broker.names import UnitName

DEFAULT_PREFIX = "homeassistant"
HOME_USER = "homeassistant"
BIRTH = b"online"


class HomeDevice(Struct, frozen=True, kw_only=True):
    """Retained at `<prefix>/device/belbord-<unit>/config`: one unit and its entities. Empty: the unit is gone."""

    device: dict[str, Any]
    origin: dict[str, str]
    components: dict[str, dict[str, Any]]


class HomeState(Struct, frozen=True, kw_only=True):
    """At `<prefix>/belbord/<unit>/state`: over the unit's queues, its sign, whether it speaks. None: unknown."""

    waiting: int | None
    longest_wait_s: int | None
    sign: Literal["lit", "dark", "unsure"]
    connection: Literal["ON", "OFF"]


class HomeButton(Struct, frozen=True, kw_only=True):
    """At `<prefix>/belbord/<unit>/button`, never retained: what was pressed just now."""

    event_type: Literal["kept", "withdrawn"]


def device_topic(prefix: str, unit: UnitName) -> str:
    """Where a unit is announced."""
    return f"{prefix}/device/belbord-{unit}/config"


def state_topic(prefix: str, unit: UnitName) -> str:
    """Where its state is told."""
    return f"{prefix}/belbord/{unit}/state"


def button_topic(prefix: str, unit: UnitName) -> str:
    """Where its button is told."""
    return f"{prefix}/belbord/{unit}/button"


def birth_topic(prefix: str) -> str:
    """Where Home Assistant says that it came up."""
    return f"{prefix}/status"


def home_acl(host_user: str, prefix: str = DEFAULT_PREFIX, home_user: str = HOME_USER) -> str:
    """The lines of a Mosquitto ACL file that let the host speak and a Home Assistant of that name hear."""
    unit = UnitName("+")
    # A wildcard stands for a whole level.
    written = (f"{prefix}/device/+/config", state_topic(prefix, unit), button_topic(prefix, unit))
    lines = [f"user {host_user}", *(f"topic write {each}" for each in written), f"topic read {birth_topic(prefix)}"]
    lines += ["", f"user {home_user}", f"topic read {prefix}/#", f"topic write {birth_topic(prefix)}"]
    return "\n".join(lines) + "\n"
