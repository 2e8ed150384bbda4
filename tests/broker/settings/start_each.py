"""Starts a program once with each file that `check` passes, and ends it when it is ready: `desk|host FILE…`.

Prints `FILE refused`, `FILE started` or `FILE fell` for each.
"""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any


def _end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def desk() -> tuple[Callable[[Sequence[str]], int], list[str]]:
    from device import app
    from device.drivers.systemd import ServiceManager

    class Nobody:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

    app._virtual_desk = lambda _port: Nobody  # type: ignore[assignment,return-value]
    ServiceManager.ready = lambda _self: _end()  # type: ignore[method-assign]
    return app.main, ["--virtual", "0"]


def host() -> tuple[Callable[[Sequence[str]], int], list[str]]:
    from host_agent import app, readiness

    def tell(state: str, *_: object) -> bool:
        if state == "READY=1":
            _end()
        return True

    readiness.tell = tell
    return app.main, []


def main() -> None:
    program, more = desk() if sys.argv[1] == "desk" else host()
    for file in sys.argv[2:]:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            passes = program(["check", "--config", file]) == 0
        if not passes:
            print(file, "refused", flush=True)
            continue
        print(file, "started" if program(["run", "--config", file, *more]) == 0 else "fell", flush=True)


if __name__ == "__main__":
    main()
