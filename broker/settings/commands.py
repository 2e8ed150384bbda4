"""`config explain`, `config schema` and `config example`: what both programs say of their file.

What a command needs is loaded when it is given: a unit makes its parser before its first frame.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from broker.settings.keys import Section

EXIT_USAGE = 2


@dataclass(frozen=True)
class Listing:
    """A program's list of keys. `file`: what its file is called; `head`: what the example says of itself."""

    program: str
    file: str
    head: str
    sections: Sequence[Section]

    def example(self) -> str:
        """The example file."""
        from broker.settings.example import example

        return example(self.head, self.sections)

    def schema(self) -> str:
        """The JSON Schema, as text."""
        import json

        from broker.settings.schema import schema_of

        whole = schema_of(f"{self.file} of {self.program}", self.sections)
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def add_config(commands: Any, listing: Callable[[], Listing]) -> None:
    """Add the command to the subparsers of a program; the list is not loaded before it is asked for."""
    config = commands.add_parser("config", help="what the configuration may say: explain, schema, example")
    deeds = config.add_subparsers(required=True, metavar="COMMAND")
    explain = deeds.add_parser("explain", help="explain a key or a table; without one, list all keys")
    explain.add_argument("key", nargs="?", metavar="KEY", help="such as mqtt.host")
    explain.set_defaults(command=lambda asked: _explain(listing(), asked.key))
    schema = deeds.add_parser("schema", help="print the JSON Schema, for editors that check while you type")
    schema.set_defaults(command=lambda _asked: _print(listing().schema()))
    shown = deeds.add_parser("example", help="print a file with every key explained")
    shown.set_defaults(command=lambda _asked: _print(listing().example()))


def _explain(listing: Listing, key: str | None) -> int:
    from broker.settings.explained import explained, overview

    if key is None:
        return _print(overview(listing.sections))
    try:
        return _print(explained(key, listing.sections))
    except KeyError as fault:
        sys.stderr.write(f"{listing.program}: {fault.args[0]}\n")
        return EXIT_USAGE


def _print(text: str) -> int:
    sys.stdout.write(text)
    return 0
