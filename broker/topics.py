"""The topic table: what may be said where, by whom, and how. Everything about topics is drawn from it.

The ACL, the subscriptions, the published contract and the codec all read `TABLE`: a change on the wire is a
change here.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from broker import messages as m
from broker.names import DEFAULT_ROOT as DEFAULT_ROOT
from broker.names import QueueName, UnitName, queue_name, unit_name


class Direction(Enum):
    """Who speaks to whom on a topic."""

    UNIT_TO_HOST = "unit to host"
    HOST_TO_UNIT = "host to unit"
    HOST_TO_ANYONE = "host to anyone"


@dataclass(frozen=True)
class Row:
    """One topic. `levels` follow the root; `{unit}` and `{queue}` fill a whole level. `expiry_s`: MQTT 5, 3.3.2.3.3.

    QoS 0 needs none unless retained: brokers keep it for nobody who is away.
    """

    key: str
    levels: str
    direction: Direction
    payload: Any
    qos: int
    retained: bool = False
    expiry_s: int | None = None
    purpose: str = ""


HELLO = Row("hello", "unit/{unit}/hello", Direction.UNIT_TO_HOST, m.Hello, qos=0,
            purpose="Sign of life with a nonce for the host to echo; the last will says online: false.")  # fmt: skip
NOTE = Row("note", "unit/{unit}/note", Direction.UNIT_TO_HOST, m.Note, qos=1,
           purpose="A kept note, sent until the host's receipt.")  # fmt: skip
BOARD = Row("board", "unit/{unit}/board", Direction.HOST_TO_UNIT, m.Board, qos=0,
            purpose="All that one unit shows.")  # fmt: skip
RECEIPT = Row("receipt", "unit/{unit}/receipt", Direction.HOST_TO_UNIT, m.Receipt, qos=1, expiry_s=60,
              purpose="A note is committed to the host's store.")  # fmt: skip
COMMAND = Row("command", "unit/{unit}/command", Direction.HOST_TO_UNIT, m.Command, qos=1, expiry_s=10,
              purpose="Identify, show a message, set the sign, update the program.")  # fmt: skip
QUEUE = Row("queue", "queue/{queue}", Direction.HOST_TO_ANYONE, m.QueueCounts, qos=0, retained=True, expiry_s=60,
            purpose="One queue in numbers, for wallboards and home automation.")  # fmt: skip
RENEWAL = Row("renewal", "unit/{unit}/renewal", Direction.UNIT_TO_HOST, m.Renewal, qos=1,
              purpose="A certificate request, when a third of the certificate's life is left.")  # fmt: skip
CERTIFICATE = Row("certificate", "unit/{unit}/certificate", Direction.HOST_TO_UNIT, m.Certificate, qos=1, expiry_s=60,
                  purpose="The next certificate.")  # fmt: skip

TABLE = (HELLO, NOTE, BOARD, RECEIPT, COMMAND, QUEUE, RENEWAL, CERTIFICATE)


def unit_topic(root: str, row: Row, unit: UnitName) -> str:
    """The topic of `row` for one unit, such as `belbord/unit/balie-1/note`."""
    return f"{root}/{row.levels.format(unit=unit)}"


def queue_topic(root: str, queue: QueueName) -> str:
    """The topic with one queue's counts, such as `belbord/queue/receptie`."""
    return f"{root}/{QUEUE.levels.format(queue=queue)}"


def topic_filter(root: str, row: Row) -> str:
    """The subscription that takes `row` in from every unit or queue, such as `belbord/unit/+/note`."""
    return f"{root}/{row.levels.format(unit='+', queue='+')}"


def parse(root: str, topic: str) -> tuple[Row, UnitName | QueueName] | None:
    """The row and the unit or queue that `topic` names, or None when it is not one of ours."""
    prefix = root + "/"
    if not topic.startswith(prefix):
        return None
    levels = topic[len(prefix) :].split("/")
    for row in TABLE:
        pattern = row.levels.split("/")
        if len(pattern) != len(levels):
            continue
        if all(p == level or p.startswith("{") for p, level in zip(pattern, levels, strict=True)):
            try:
                return row, (queue_name(levels[1]) if row is QUEUE else unit_name(levels[1]))
            except ValueError:
                return None
    return None


def own_row(root: str, topic: str, unit: UnitName, direction: Direction) -> Row | None:
    """The row of `topic` when it is `unit`'s own in that direction, else None: the ACL where no broker is."""
    place = parse(root, topic)
    if place is None or place[0].direction is not direction or place[1] != unit:
        return None
    return place[0]


def acl(root: str, host_user: str) -> str:
    """The Mosquitto ACL file: each unit reaches only its own tree, the host every unit's, anyone the queue counts.

    `%u` is the name the broker authenticated, never the client id, which a client chooses itself.
    Patterns hold for every user, so they name only a unit's own topics.
    """
    lines = ["# Written from broker/topics.py. Do not edit: run `belbord-host acl`."]
    for row in TABLE:
        path = f"{root}/{row.levels.format(unit='%u', queue='+')}"
        match row.direction:
            case Direction.UNIT_TO_HOST:
                lines.append(f"pattern write {path}")
            case Direction.HOST_TO_UNIT | Direction.HOST_TO_ANYONE:
                lines.append(f"pattern read {path}")
    lines += ["", f"user {host_user}"]
    for row in TABLE:
        access = "read" if row.direction is Direction.UNIT_TO_HOST else "write"
        lines.append(f"topic {access} {topic_filter(root, row)}")
    return "\n".join(lines) + "\n"
