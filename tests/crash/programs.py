"""Belbord's programs as processes that can be killed and started again in a blink.

Each is a fork of one warm interpreter (multiprocessing's fork server) that has imported the product and started
nothing: the same `main` with the same arguments as an installed program, without the second that importing takes.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

from tests.crash import deadly_moments, planted

Which = Literal["desk", "host", "pbx"]
PR_SET_PDEATHSIG = 1
ENDS_WITHIN_S = 15.0

_warm = multiprocessing.get_context("forkserver")
_warm.set_forkserver_preload(["tests.crash.preloaded"])


@dataclass(frozen=True)
class Death:
    """A moment of `deadly_moments`, and at which of its coming."""

    moment: str
    nth: int = 1


@dataclass
class Program:
    """One program. `starts` counts; its words gather in `log`. `keeps`: where a unit's notes are told to the oracle.

    `altered`: what of `planted` the next start has in it.
    """

    which: Which
    arguments: Sequence[str]
    log: Path
    keeps: Path | None = None
    clock_offset: Path | None = None
    altered: tuple[str, ...] = ()
    starts: int = 0
    _process: BaseProcess | None = field(default=None, repr=False)

    def start(self, death: Death | None = None) -> None:
        """Start it; it dies at `death` if it gets there."""
        assert not self.is_alive, f"{self.which} runs already"
        self.starts += 1
        self._process = _warm.Process(
            target=_be,
            args=(
                self.which, list(self.arguments), str(self.log), death, self.altered, _text(self.keeps),
                _text(self.clock_offset),
            ),
            daemon=True,
        )  # fmt: skip
        self._process.start()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @property
    def was_killed(self) -> bool:
        """Whether its last life was ended by SIGKILL, and by nothing of its own.

        255 is what multiprocessing says of a child whose end it could not read; a program's own codes are others.
        """
        return self._process is not None and self._process.exitcode in (-signal.SIGKILL, 255)

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.join(ENDS_WITHIN_S)

    def died_within(self, seconds: float) -> bool:
        """Whether it ended by itself in that time."""
        assert self._process is not None
        self._process.join(seconds)
        return not self._process.is_alive()

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self.ended()

    def ended(self) -> int:
        """The exit code of a program that ends by itself."""
        assert self._process is not None
        self._process.join(ENDS_WITHIN_S)
        code = self._process.exitcode
        assert code is not None, f"{self.which} did not end in {ENDS_WITHIN_S} s"
        return code

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _be(
    which: Which,
    arguments: list[str],
    log: str,
    death: Death | None,
    altered: tuple[str, ...],
    keeps: str | None,
    clock: str | None,
) -> None:
    """In the child: become the program."""
    # Nothing outlives the tests: the fork server ends with them, and this with the fork server.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    words = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(words, stream)
    for what in altered:
        planted.alter(what)
    if death is not None:
        deadly_moments.arm(death.moment, death.nth)
    if keeps is not None:
        deadly_moments.tell_keeps(keeps)
    if clock is not None:
        from tests.crash import preloaded

        preloaded.follow(clock)
    os.chdir(Path(log).parent)
    sys.argv = [which, *arguments]
    sys.exit(_main(which)(arguments))


def _main(which: Which) -> Callable[[list[str]], int]:
    match which:
        case "desk":
            from device.app import main as desk_main

            return desk_main
        case "host":
            from host_agent.app import main as host_main

            return host_main
        case "pbx":
            from host_agent.pbx.simulated.__main__ import main as pbx_main

            return pbx_main
