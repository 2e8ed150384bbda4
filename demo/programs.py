"""The programs that the demo starts: one child process each, its words in a file, its end noticed."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ENDS_WITHIN_S = 6.0
TAIL_LINES = 12


class DemoFault(RuntimeError):  # noqa: N818  # says what happened
    """The demo cannot go on; the text is for the person who started it."""


@dataclass
class Program:
    """`title` is what a person calls it. Use as a context manager: leaving it ends the process."""

    title: str
    command: Sequence[str]
    log: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def __enter__(self) -> Self:
        # In the demo's own process group, so that one Ctrl-C reaches all.
        with self.log.open("wb") as log:
            try:
                self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            except FileNotFoundError:
                raise DemoFault(f"{self.command[0]} is not there: run `make setup`") from None
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def check(self) -> None:
        """Raise DemoFault with its last lines when it has ended."""
        code = self.exit_code()
        if code is not None:
            lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
            words = "\n".join(f"  | {line}" for line in lines) or "  | (it said nothing)"
            raise DemoFault(f"{self.title} has ended by itself ({_how(code)}). Its last lines:\n{words}")

    def ask_to_end(self) -> None:
        """Ask all first and wait afterwards: together they end as fast as the slowest."""
        if self._process is not None:
            self._process.terminate()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
