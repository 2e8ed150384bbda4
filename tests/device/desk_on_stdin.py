"""A real desk process whose button is worked by lines on stdin: `down`, `up`, `sign`, `lit`, `glass`.

It is `belbord-desk run` with everything real but pins and panel: modelled, as in the virtual unit.
"""

import hashlib
import sys
import threading
from typing import Any, Self

from device import app


class StdinDesk:
    def __init__(self, profile: Any, factory: Any, glass: Any, counter: Any, unit: str) -> None:
        self._button = factory.pin(profile.pins.button)
        self._sign = factory.pin(profile.pins.sign)
        self._glass = glass

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        for line in sys.stdin:
            match line.strip():
                case "down":
                    self._button.drive_low()
                case "up":
                    self._button.drive_high()
                case "sign":
                    print(f"sign {int(self._sign.state)}", flush=True)
                case "glass":
                    print(f"glass {hashlib.sha256(self._glass.picture().tobytes()).hexdigest()}", flush=True)
                case "lit":
                    print(f"lit {sum(self._glass.picture().get_flattened_data()) > 0}", flush=True)


def main() -> int:
    app._virtual_desk = lambda port: StdinDesk
    return app.main(["run", "--config", sys.argv[1], "--virtual", "0"])


if __name__ == "__main__":
    sys.exit(main())
