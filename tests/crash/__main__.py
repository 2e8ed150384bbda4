"""`make crash KILLS=10000`: kill -9 of unit, host and broker, until so many have died."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.crash.killing import kill_many


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    print(f"seed {seed}: python -m tests.crash --kills {asked.kills} --seed {seed} plays it again", flush=True)
    with tempfile.TemporaryDirectory(prefix="belbord-crash-") as folder:
        tally = kill_many(Path(folder), asked.kills, seed)
    print(tally.told)
    print("\n".join(tally.broken) or "no promise was broken")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
