"""The inbox with 10,000 open notes: what its page and a search cost, and what the host then holds of memory.

The real program, asked over HTTP on one kept connection by a reader in the same machine: what is measured is the
server's time and a loopback round trip, so it is never less than the server's.
"""

import http.client
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from bench.directory import write_csv
from bench.pbx import ScriptedPbx
from bench.through import UNIT, child, write_configs
from broker.mosquitto import running
from host_agent.core.missed import Missed
from host_agent.core.notes import Assign, CallbackNote
from host_agent.store.notes import opened
from host_agent.store.seen_calls import SqlSeenCalls

NOTES = 10_000
MISSED = 200
"""Callers who hung up while waiting, offered beside the notes."""
COLLEAGUES = 100
ASKED = 200
WARM = 5
WITHIN_S = 60.0
_FIRST = 10_000_000
_NAMES = ("Van der Berg", "De Vries", "Özdemir", "Jansen-Bakker", "El Khatib", "Van 't Hoff", "Müller", "Dijkstra")
_WAYS = ("06{}", "06-{}", "+316{}", "+31 6 {}", "0031 6 {}", "+31(0)6-{}")


def measure() -> dict[str, float]:
    """Milliseconds, kB (1000 bytes) and MiB."""
    with ExitStack() as stack:
        broker = stack.enter_context(running(["host", UNIT]))
        pbx = stack.enter_context(ScriptedPbx())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_configs(folder, broker, pbx.port)
        host_toml = folder / "host.toml"
        with host_toml.open("a") as config:
            config.writelines(f'[[colleague]]\nname = "Collega {each}"\n' for each in range(COLLEAGUES))
        _fill(folder / "host.sqlite3", time.time())
        found = _figures(folder, host_toml)
        # The same office once more, with a full directory beside its notes.
        (folder / "lists").mkdir()
        write_csv(folder / "lists" / "contacts.csv")
        with host_toml.open("a") as config:
            config.write(f'[directory]\nfolder = "{folder}/lists"\n')
        return found | {"rss_with_50000_contacts_mib": _held_with_contacts(folder, host_toml)}


def _fill(store: Path, now: float) -> None:
    """Open notes as an office has them: most have a promise, some are overdue, some have been given to somebody."""
    chance = random.Random(1)
    with opened(store) as notes:
        for serial in range(NOTES):
            pressed = now - chance.uniform(60, 20 * 86_400)
            note = CallbackNote(
                id=f"{serial:032x}",
                unit=UNIT,
                queue="receptie",
                pressed_at=pressed,
                arrived_at=pressed,
                caller_name=f"{chance.choice(_NAMES)} {serial}",
                caller_number=f"06{_FIRST + serial}",
                organisation=f"Bedrijf {chance.randrange(500)} B.V.",
                for_whom=f"Collega {chance.randrange(COLLEAGUES)}",
                reason="Offerte van vorige week -> planning, !! graag vandaag nog",
                urgent=chance.random() < 0.1,
                promised_by=now + chance.uniform(-86_400, 3 * 86_400) if chance.random() < 0.8 else None,
            )
            notes.make(replace(note, promised_at=None if note.promised_by is None else pressed), who="Telefonist")
            if serial < MISSED:
                number = f"+3120{_FIRST % 1_000_000 + serial}"
                gave_up = Missed(f"{serial:032x}", number, number, None, "receptie", pressed, pressed, 42.0)
                SqlSeenCalls(notes.engine).keep(gave_up, call=f"{serial}")
            if chance.random() < 0.5:
                notes.change(note.id, 1, Assign(note.for_whom or ""), who="Telefonist", at=pressed + 30)


def _figures(folder: Path, host_toml: Path) -> dict[str, float]:
    with ExitStack() as stack:
        program = [str(Path(sys.executable).with_name("belbord-host")), "run", "--config", "host.toml"]
        process = stack.enter_context(child(program, folder))
        reader = stack.enter_context(_Reader(_port(host_toml)))
        _calm(process.pid)
        pages = (NOTES + 59) // 60
        chance = random.Random(2)
        inbox = reader.ask("/" for _ in range(ASKED))
        anywhere = reader.ask(f"/?blad={chance.randrange(pages)}" for _ in range(ASKED))
        by_name = reader.ask(
            "/?" + urlencode({"zoek": f"{_NAMES[each % len(_NAMES)].split()[-1]} {chance.randrange(NOTES)}"})
            for each in range(ASKED)
        )
        rare = reader.ask("/?" + urlencode({"zoek": f"niemand heet zo {each}"}) for each in range(ASKED))
        numbers = (str(_FIRST + chance.randrange(NOTES)) for _ in range(ASKED))
        by_number = reader.ask(
            "/?" + urlencode({"zoek": _WAYS[each % len(_WAYS)].format(number)}) for each, number in enumerate(numbers)
        )
        everybody = reader.ask("/?" + urlencode({"zoek": "bedrijf"}) for _ in range(ASKED))
        held = _held_mib(process.pid)
    return {
        "page_of_10000_notes_ms_p50": median(inbox.took_ms),
        "page_of_10000_notes_ms_p95": _p95(inbox.took_ms),
        "any_page_of_10000_notes_ms_p95": _p95(anywhere.took_ms),
        "page_kb": max(inbox.bytes + anywhere.bytes + everybody.bytes) / 1000,
        "search_by_name_ms_p95": _p95(by_name.took_ms),
        "search_in_vain_ms_p95": _p95(rare.took_ms),
        "search_that_finds_all_ms_p95": _p95(everybody.took_ms),
        "search_by_number_ms_p95": _p95(by_number.took_ms),
        "rss_mib": held,
    }


def _held_with_contacts(folder: Path, host_toml: Path) -> float:
    with ExitStack() as stack:
        program = [str(Path(sys.executable).with_name("belbord-host")), "run", "--config", "host.toml"]
        process = stack.enter_context(child(program, folder))
        reader = stack.enter_context(_Reader(_port(host_toml)))
        deadline = time.monotonic() + WITHIN_S
        while b"nummer 49999" not in reader.get("/contacts?" + urlencode({"zoek": "nummer 49999"})).lower():
            if time.monotonic() > deadline:
                raise TimeoutError("the contacts were never read")
            time.sleep(0.5)
        reader.ask("/" for _ in range(20))
        return _held_mib(process.pid)


class _Answers:
    def __init__(self) -> None:
        self.took_ms: list[float] = []
        self.bytes: list[int] = []


class _Reader:
    """A browser with one kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)

    def __enter__(self) -> "_Reader":
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                self.get("/api/health")
            except ConnectionRefusedError:
                self._connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, address: str) -> bytes:
        self._connection.request("GET", address)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{address}: {answer.status}")
        return text

    def ask(self, addresses: Iterable[str]) -> _Answers:
        answers = _Answers()
        # A server lets go of a connection that is not used for a while.
        self._connection.close()
        for _ in range(WARM):
            self.get("/")
        for address in addresses:
            began = time.perf_counter()
            text = self.get(address)
            answers.took_ms.append((time.perf_counter() - began) * 1000)
            answers.bytes.append(len(text))
        return answers


def _port(host_toml: Path) -> int:
    found = re.search(r'listen = "127\.0\.0\.1:(\d+)"', host_toml.read_text())
    assert found is not None
    return int(found[1])


def _held_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def _calm(pid: int) -> None:
    """Wait until the reminders of 10,000 notes that were all new at once are made: no office has that."""
    deadline, before, quiet = time.monotonic() + WITHIN_S, -1, 0
    while quiet < 3:
        if time.monotonic() > deadline:
            raise TimeoutError("the host was never done with its notes")
        time.sleep(1.0)
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        now = int(fields[11]) + int(fields[12])
        quiet, before = (quiet + 1 if now - before <= 10 else 0), now


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[18]
