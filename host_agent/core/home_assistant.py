"""A unit as a Home Assistant shows it, pure: the device with its entities, their state, and its button's events.

Home Assistant's documents: home-assistant.io/integrations/mqtt/#device-discovery-payload, and there sensor.mqtt,
binary_sensor.mqtt and event.mqtt. A sensor that is not told anew within `expire_after` seconds is unavailable there:
so a host or broker that is away never leaves an old number standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from broker.home import HomeButton, HomeDevice, HomeState, button_topic, state_topic
from broker.messages import Note
from broker.names import UnitName
from host_agent.config import Unit
from host_agent.core.board import OfficeBoard
from host_agent.core.presence import Presence, is_here
from host_agent.core.units import queue_counts

EXPIRES_S = 60
RETOLD_S = 20.0
STEP_S = 5
"""A longest wait that only grows is told in such steps."""
FRESH_S = 60.0
"""A press longer ago is no event any more: an automation would act on old news."""


@dataclass(frozen=True)
class EntityNames:
    """What people read, in the office's language."""

    waiting: str
    longest_wait: str
    sign: str
    connection: str
    button: str


def device(unit: Unit, prefix: str, names: EntityNames, version: str, pages: str) -> HomeDevice:
    """The announcement of one unit. `pages`: the address of the host's pages, empty when nobody else reaches them."""
    name, where = f"belbord-{unit.name}", state_topic(prefix, unit.name)

    def entity(key: str, platform: str, called: str, **more: object) -> dict[str, object]:
        told = {"value_template": f"{{{{ value_json.{key} }}}}", "state_topic": where, "expire_after": EXPIRES_S}
        return {"platform": platform, "unique_id": f"{name}-{key}", "name": called, **told, **more}

    about: dict[str, object] = {
        "identifiers": [name],
        "name": unit.label,
        "manufacturer": "Belbord",
        "model": "desk unit",
    }
    return HomeDevice(
        device=about | ({"configuration_url": f"{pages}/units"} if pages else {}),
        origin={"name": "Belbord", "sw_version": version},
        components={
            "waiting": entity(
                "waiting", "sensor", names.waiting, state_class="measurement", icon="mdi:phone-incoming"
            ),
            "longest_wait": entity(
                "longest_wait_s", "sensor", names.longest_wait,
                device_class="duration", unit_of_measurement="s", state_class="measurement",
            ),
            "sign": entity(
                "sign", "sensor", names.sign,
                device_class="enum", options=["lit", "dark", "unsure"], icon="mdi:sign-text",
            ),
            "connection": entity(
                "connection", "binary_sensor", names.connection,
                device_class="connectivity", entity_category="diagnostic",
            ),
            "button": {
                "platform": "event", "unique_id": f"{name}-button", "name": names.button, "device_class": "button",
                "state_topic": button_topic(prefix, unit.name), "event_types": ["kept", "withdrawn"],
            },
        },
    )  # fmt: skip


def state(unit: Unit, office: OfficeBoard, presence: Presence, now: float) -> HomeState:
    """What is true of a unit. `now`: the host's monotonic seconds. One queue that is unknown makes the sum unknown."""
    counts = [queue_counts(office, queue, now) for queue in unit.queues]
    is_known = bool(counts) and office.link == "up" and all(each.known for each in counts)
    here = is_here(presence, now)
    return HomeState(
        waiting=sum(each.waiting or 0 for each in counts) if is_known else None,
        longest_wait_s=int(max(each.longest_wait_s or 0.0 for each in counts)) if is_known else None,
        # A unit that does not speak shows we know not what.
        sign=presence.hello.sign if here and presence.hello is not None else "unsure",
        connection="ON" if here else "OFF",
    )


def is_told_anew(told: HomeState | None, state: HomeState, since_s: float) -> bool:
    """Whether to tell `state` when `told` was told so long ago."""
    if told is None or since_s >= RETOLD_S:
        return True
    before, now = told.longest_wait_s, state.longest_wait_s
    if (told.waiting, told.sign, told.connection) != (state.waiting, state.sign, state.connection):
        return True
    return before != now if before is None or now is None else abs(now - before) >= STEP_S or now < before


def button_event(note: Note) -> HomeButton | None:
    """What a note that was just written says of the button; None when it is no press, or an old one."""
    if note.withdrawn:
        return HomeButton(event_type="withdrawn")
    if note.rev != 1 or note.pressed_s_ago is None or note.pressed_s_ago > FRESH_S:
        return None
    return HomeButton(event_type="kept")


def gone(announced: Mapping[str, object] | frozenset[str], units: frozenset[str]) -> list[UnitName]:
    """The units that were announced and are no more."""
    return [UnitName(each) for each in sorted(set(announced) - units)]
