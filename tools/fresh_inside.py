"""Runs inside a bare root (see test_fresh.sh): `make demo` until its page answers, Ctrl-C, once more, then `make test`.

Only the standard library: nothing is installed yet.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CHECKOUT = Path("/root/belbord")
PORT = 18080
LONGEST_SETUP_S = 900
MUST_BE_ABSENT = ("git", "mosquitto", "chromium", "pip3")


def main() -> int:
    for program in MUST_BE_ABSENT:
        if shutil.which(program):
            sys.exit(f"fresh: this root is not bare, it has {program}")
    demo("first time")
    demo("second time")
    started = time.monotonic()
    code = subprocess.run(["make", "test"], cwd=CHECKOUT).returncode
    print(f"fresh: make test took {time.monotonic() - started:.0f} s", flush=True)
    return code


def demo(which: str) -> None:
    """Start the demo as a newcomer would, wait for its page, press Ctrl-C, and see that nothing is left."""
    started = time.monotonic()
    log = Path("/tmp/demo.log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "demo", f"PORT={PORT}", "OPEN=no"], cwd=CHECKOUT, stdout=out, stderr=out, start_new_session=True
        )
    while not answers():
        if process.poll() is not None:
            sys.exit(f"{log.read_text()}\nfresh: make demo ended by itself with {process.returncode}")
        if time.monotonic() - started > LONGEST_SETUP_S:
            sys.exit(f"{log.read_text()}\nfresh: no page after {LONGEST_SETUP_S} s")
        time.sleep(0.1)
    print(f"fresh: make demo, {which}: the page answers after {time.monotonic() - started:.1f} s", flush=True)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(30)
    left = [name for name in running_programs() if "belbord" in name or "mosquitto" in name]
    if left:
        sys.exit(f"{log.read_text()}\nfresh: left running after Ctrl-C: {left}")
    if "Traceback" in log.read_text():
        sys.exit(f"{log.read_text()}\nfresh: Ctrl-C showed a traceback")


def answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=2) as page:
            return page.status == 200
    except (urllib.error.URLError, OSError):
        return False


def running_programs() -> list[str]:
    """The command lines of all other processes in this root's process tree."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended while we looked
            continue
        if entry.parent.name != str(os.getpid()):
            found.append(words)
    return found


if __name__ == "__main__":
    sys.exit(main())
