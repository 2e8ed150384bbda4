"""A real desk process that tells on stdout when its sign's pin changed: CLOCK_MONOTONIC seconds and the level.

`belbord-desk run` with everything real but pins and panel: modelled, as in the virtual unit.
"""

import sys
import time
from typing import Any, Self

from device import app


class Observer:
    def __init__(self, profile: Any, factory: Any, _glass: Any, _counter: Any, _unit: str) -> None:
        self._sign = factory.pin(profile.pins.sign)

    def __enter__(self) -> Self:
        change = self._sign._change_state

        def changed(level: float) -> bool:
            at = time.monotonic()
            differs = bool(change(level))
            if differs:
                print(f"{at:.7f} {int(level)}", flush=True)
            return differs

        self._sign._change_state = changed
        return self

    def __exit__(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    app._virtual_desk = lambda port: Observer  # noqa: ARG005
    sys.exit(app.main(["run", "--config", sys.argv[1], "--virtual", "0"]))
