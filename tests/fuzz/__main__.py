"""`make fuzz SECONDS=60`: each parser under atheris (coverage-guided), each in a process of its own.

Starts from the seeds in `tests/fuzz/corpus` and keeps what it finds in `.cache/fuzz`. A crash is written there as
`crash-…`; put it, made small, in the corpus, and it is tried in every `make test` from then on.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.fuzz.targets import GUIDED

CORPUS = Path(__file__).parent / "corpus"
KEPT = Path(__file__).parents[2] / ".cache" / "fuzz"
MEMORY_MB = 700
ONE_INPUT_S = 10


def main() -> int:
    """Exit code 1 when a target broke its promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", default=GUIDED)
    asked = parser.parse_args()
    broken = []
    for name in asked.targets:
        kept = KEPT / name
        kept.mkdir(parents=True, exist_ok=True)
        print(f"fuzz {name}: {asked.seconds} s", flush=True)
        limits = [f"-max_total_time={asked.seconds}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={ONE_INPUT_S}"]
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.guided", name, *limits, "-max_len=20000", "-print_final_stats=1",
             f"-artifact_prefix={kept}/", str(kept), str(CORPUS / name)],
            check=False, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        told = ended.stderr.splitlines()
        print("  " + "\n  ".join(line for line in told if "stat::number_of_executed" in line or " DONE " in line))
        if ended.returncode != 0:
            print("\n".join(told[-40:]))
            broken.append(name)
    print(f"broken: {', '.join(broken)}" if broken else "every target held")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
