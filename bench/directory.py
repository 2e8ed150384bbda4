"""The directory with 50,000 contacts: reading it, what it holds of memory, finding somebody, and a name on the glass.

The last in the real program on a real Mosquitto: AMI bytes of a ring in, a board with the caller's name out.
"""

import json
import os
import queue
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.pbx import PHONE, ScriptedPbx
from bench.through import BETWEEN_S, UNIT, child, write_configs
from broker.mosquitto import RunningBroker, running

CONTACTS = 50_000
LOOKUPS = 20_000
RINGS = 100
WITHIN_S = 60.0
_FIRST = 10_000_000

# Alone in a process of its own, so that what it holds is the directory's.
_LOADING = f"""
import json, random, resource, sys, time
from pathlib import Path
from host_agent.core.contacts import search, whose
from host_agent.directory.reading import people_in
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
file = Path(sys.argv[1])
people_in("warm" + file.suffix, file.read_bytes()[:2000], "NL")
before, began = held(), time.perf_counter()
people = people_in(file.name, file.read_bytes(), "NL")
took = time.perf_counter() - began
assert len(people.contacts) == {CONTACTS}, len(people.contacts)
numbers = [f"06-{{random.randrange({_FIRST}, {_FIRST + CONTACTS})}}" for _ in range({LOOKUPS})]
began = time.perf_counter()
assert all(whose([people], number, "NL") for number in numbers)
lookup = (time.perf_counter() - began) / {LOOKUPS}
began = time.perf_counter()
assert search([people], "nummer 49999", "NL", 100)
print(json.dumps([took, held() - before, lookup * 1e6, (time.perf_counter() - began) * 1e3]))
"""


def measure() -> dict[str, float]:
    """Seconds, MiB, microseconds and milliseconds."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        csv, vcf = folder / "lists" / "contacts.csv", folder / "contacts.vcf"
        csv.parent.mkdir()
        write_csv(csv)
        _write_vcards(vcf)
        csv_s, held, lookup_us, search_ms = _loading(csv)
        vcf_s, *_rest = _loading(vcf)
        rings = _rings(folder, csv)
    return {
        "load_50000_contacts_csv_s": csv_s,
        "load_50000_contacts_vcard_s": vcf_s,
        "memory_of_50000_contacts_mib": held,
        "lookup_us": lookup_us,
        "search_by_name_ms": search_ms,
        "ring_to_name_on_board_ms_p50": median(rings),
        "ring_to_name_on_board_ms_p99": quantiles(rings, n=100)[98],
    }


def write_csv(path: Path) -> None:
    """A list of that many contacts."""
    with path.open("w") as out:
        out.write("naam;nummer;organisatie\n")
        for serial in range(CONTACTS):
            out.write(f"Contact nummer {serial};06-{_FIRST + serial};Bedrijf {serial % 5000}\n")
    os.utime(path, (1.7e9, 1.7e9))


def _write_vcards(path: Path) -> None:
    with path.open("w") as out:
        for serial in range(CONTACTS):
            out.write(
                f"BEGIN:VCARD\nVERSION:3.0\nFN:Contact nummer {serial}\nN:{serial};Contact;;;\n"
                f"ORG:Bedrijf {serial % 5000}\nTEL;TYPE=CELL:06-{_FIRST + serial}\nEND:VCARD\n"
            )


def _loading(path: Path) -> list[float]:
    found: list[float] = json.loads(subprocess.check_output([sys.executable, "-c", _LOADING, str(path)]))
    return found


def _rings(folder: Path, csv: Path) -> list[float]:
    with ExitStack() as opened:
        broker = opened.enter_context(running(["host", UNIT]))
        pbx = opened.enter_context(ScriptedPbx())
        write_configs(folder, broker, pbx.port)
        with (folder / "host.toml").open("a") as config:
            config.write(f'[directory]\nfolder = "{csv.parent}"\n')
        names: queue.Queue[tuple[float, str | None]] = queue.Queue()
        client = _names(broker, names)
        opened.callback(client.loop_stop)
        opened.callback(client.disconnect)
        program = str(Path(sys.executable).with_name("belbord-host"))
        opened.enter_context(child([program, "run", "--config", "host.toml"], folder))
        if not pbx.ready.wait(WITHIN_S):
            raise TimeoutError("the host did not ask the PBX for its queues")
        _settle(pbx, names)
        took = []
        for serial in range(1, RINGS + 1):
            time.sleep(BETWEEN_S)
            contact = random.randrange(CONTACTS)
            began = time.monotonic()
            pbx.say(_ring(serial, contact))
            while True:
                at, name = names.get(timeout=WITHIN_S)
                if name == f"Contact nummer {contact}":
                    break
            took.append((at - began) * 1000)
            time.sleep(BETWEEN_S)
            pbx.say(_hang_up(serial, contact))
        return took


def _names(broker: RunningBroker, names: "queue.Queue[tuple[float, str | None]]") -> paho.Client:
    def hear(_client: Any, _userdata: Any, message: Any) -> None:
        at, line = time.monotonic(), msgspec.json.decode(message.payload)["line"]
        caller = None if line is None else line.get("caller")
        names.put((at, None if caller is None else caller.get("name")))

    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.username_pw_set(UNIT, broker.passwords[UNIT])
    client.on_message = hear
    client.connect("127.0.0.1", broker.port)
    client.subscribe(f"belbord/unit/{UNIT}/board", qos=1)
    client.loop_start()
    return client


def _settle(pbx: ScriptedPbx, names: "queue.Queue[tuple[float, str | None]]") -> None:
    """Wait until the list is read: a ring has a name."""
    deadline = time.monotonic() + WITHIN_S
    pbx.say(_ring(0, 0))
    while True:
        try:
            if names.get(timeout=0.5)[1] is not None:
                break
        except queue.Empty:
            if time.monotonic() > deadline:
                raise TimeoutError("no ring ever had a name") from None
    pbx.say(_hang_up(0, 0))


def _ring(serial: int, contact: int) -> bytes:
    return _channel("Newstate", serial, contact, "ChannelState: 5\r\nChannelStateDesc: Ringing\r\n")


def _hang_up(serial: int, contact: int) -> bytes:
    return _channel("Hangup", serial, contact, "ChannelState: 6\r\nChannelStateDesc: Up\r\n", "Cause: 16\r\n")


def _channel(event: str, serial: int, contact: int, state: str, more: str = "") -> bytes:
    return (
        f"Event: {event}\r\nPrivilege: call,all\r\nChannel: PJSIP/{PHONE}-{serial:08x}\r\n{state}"
        f"CallerIDNum: {PHONE}\r\nCallerIDName: Telefonist\r\nConnectedLineNum: 06{_FIRST + contact}\r\n"
        f"ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: intern\r\nExten: {PHONE}\r\n"
        f"Priority: 1\r\nUniqueid: 1800000000.{serial}\r\nLinkedid: 1800000000.{serial}\r\n{more}\r\n"
    ).encode()
