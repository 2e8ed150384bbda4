"""What an admin does from the command line, also while the host agent runs: links, retention, one number's notes."""

import json
import math
import time
from dataclasses import asdict
from typing import IO

from host_agent.config import Config
from host_agent.core.numbers import masked
from host_agent.core.same_number import SHORTEST, number_key
from host_agent.core.sessions import LINK_S
from host_agent.errors import HostFault
from host_agent.keeper import keep_retention
from host_agent.people import digest, secret
from host_agent.store.beside import opened_beside
from host_agent.store.erasure import SqlKeeping
from host_agent.store.people import SqlPeople
from host_agent.web.export import row

EXIT_REFUSED = 1


def admin_link(config: Config, out: IO[str]) -> int:
    """Print a one-time link with which somebody becomes admin. Raises HostFault when accounts are off."""
    if not config.web.has_accounts:
        raise HostFault('admin-link: accounts are off; set `accounts = "on"` under [web] first')
    word = secret()
    with opened_beside(config.store) as engine:
        SqlPeople(engine).add_link(digest(word), None, time.time() + LINK_S)
    host = f"[{config.web.host}]" if ":" in config.web.host else config.web.host
    address = config.web.address or f"http://{host}:{config.web.port}"
    out.write(f"{address}/welcome/{word}\n")
    return 0


def retention(config: Config, out: IO[str], *, trust_clock: bool) -> int:
    """Erase what is too old, now. Exit code 1 when the clock is not believed."""
    with opened_beside(config.store) as engine:
        run = keep_retention(SqlKeeping(engine), config.privacy.keeping, time.time(), trust_clock=trust_clock)
    if run.refused is not None:
        out.write(f"nothing erased: {run.refused}; if the clock is right, add --trust-clock\n")
        return EXIT_REFUSED
    keeping = config.privacy.keeping
    out.write(f"{run.erased} erased: closed over {keeping.done_days} days ago, or open over {keeping.open_days}\n")
    return 0


def erase(config: Config, number: str, out: IO[str]) -> int:
    """Erase everything in which a number stands. Raises HostFault for what is no number."""
    key = _key(config, number, "erase")
    with opened_beside(config.store) as engine:
        store = SqlKeeping(engine)
        erased = store.erase_number(key, config.directory.country)
        # Also when nothing was found: an earlier erasing may have been cut short before this.
        store.scrub(copies_before=math.inf)
    out.write(f"{erased} erased in which {masked(key)} stood\n")
    return 0


def export(config: Config, number: str, out: IO[str]) -> int:
    """Print everything in which a number stands, as JSON. Raises HostFault for what is no number."""
    key = _key(config, number, "export")
    with opened_beside(config.store) as engine:
        found = SqlKeeping(engine).about_number(key, config.directory.country)
    notes = [{**row(note), "history": [asdict(entry) for entry in history]} for note, history in found.notes]
    told = {"notes": notes, "missed_calls": found.missed, "contacts": found.contacts}
    json.dump(told, out, ensure_ascii=False, indent=1)
    out.write("\n")
    return 0


def _key(config: Config, number: str, command: str) -> str:
    key = number_key(number, config.directory.country)
    if key is None:
        raise HostFault(f"{command}: this is no telephone number of at least {SHORTEST} digits")
    return key
