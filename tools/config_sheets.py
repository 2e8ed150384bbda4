"""Writes what comes from the lists of keys: both example files, both schemas and docs/configuration.md."""

from pathlib import Path

from broker.settings.commands import Listing
from broker.settings.explained import page
from device.config_listing import LISTING as DESK
from host_agent.config_listing import LISTING as HOST

ROOT = Path(__file__).parents[1]

DOCUMENT_HEAD = """# Configuration

<!-- Written by `python -m tools.config_sheets` from device/config_keys.py and host_agent/config_keys*.py. -->

Two files of TOML: `host.toml` beside the PBX, `desk.toml` on each unit. What a key is for, what it may be and what
holds without it stand below, in the example files, and on the command line:

```sh
belbord-host config explain                 # every key, a line each
belbord-host config explain web.listen      # all about one; also a whole table: belbord-host config explain web
belbord-host config example > host.toml     # a new file with every key explained
```

`belbord-desk` has the same commands.

## Checking

```sh
belbord-host check --config /etc/belbord/host.toml
belbord-desk check --config /etc/belbord/desk.toml
```

It lists all faults at once, each with its line, the key, what was found and what is meant, and ends with 78. A key that
does not exist is refused. Nothing starts with a file that has a fault.

An editor that knows TOML schemas (with [taplo](https://taplo.tamasfe.dev): Even Better TOML, Helix, Neovim) checks and
explains while you type:

```sh
belbord-host config schema > host.schema.json
```

and as the first line of host.toml:

```toml
#:schema ./host.schema.json
```

The schemas also stand beside this page: [host.schema.json](schema/host.schema.json),
[desk.schema.json](schema/desk.schema.json).

## Taking over a change

```sh
systemctl reload belbord-host
systemctl reload belbord-desk
```

checks the file first. One with a fault changes nothing, and `systemctl status` shows the faults. Then what may change
while the program works is taken over, and the log names each key that changed: taken over, or in need of a restart
(`systemctl restart`, which loses no note). The tables below say which is which.
"""


def files() -> dict[Path, str]:
    """Every file that is written from the lists, and its text."""
    return {
        ROOT / "device/desk.example.toml": DESK.example(),
        ROOT / "host_agent/host.example.toml": HOST.example(),
        ROOT / "docs/schema/desk.schema.json": DESK.schema(),
        ROOT / "docs/schema/host.schema.json": HOST.schema(),
        ROOT / "docs/configuration.md": f"{DOCUMENT_HEAD}\n{_of(HOST)}\n{_of(DESK)}",
    }


def _of(listing: Listing) -> str:
    return page(f"## {listing.file}, for {listing.program}", listing.sections)


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
