"""One target under atheris, which no other file knows: `python -m tests.fuzz.guided TARGET [libFuzzer options]`."""

import importlib
import sys

import atheris


def main() -> None:
    """Until libFuzzer's own options say that it is enough."""
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["broker", "device", "host_agent"]):
        targets = importlib.import_module("tests.fuzz.targets")
    atheris.Setup([sys.argv[0], *options], targets.TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
