"""The telephonist's chair before one virtual unit: eyes on its glass and sign, a finger on its button."""

import http.client
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.crash.glass_reader import Seen, seen

REMEMBERED = 20_000
LOOK_AGAIN_S = 0.03
ANSWERS_WITHIN_S = 5.0
BUTTON = {"Content-Type": "application/json"}


class Chair:
    """Watches the page on `port` while its block lasts, through all restarts of the unit behind it."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port
        self.frames: deque[Seen] = deque(maxlen=REMEMBERED)
        self.blank_at: list[float] = []
        self._changed = threading.Condition()
        self._leaving = False
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._watch, name=f"chair {name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving = True
        listening = self._connection.sock if self._connection is not None else None
        if listening is not None:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(ANSWERS_WITHIN_S)

    @property
    def now(self) -> Seen | None:
        """What stands on the glass; None while the unit is dead."""
        with self._changed:
            return self.frames[-1] if self.frames and self._lit() else None

    def _lit(self) -> bool:
        return not self.blank_at or self.frames[-1].at > self.blank_at[-1]

    def was_blank_after(self, at: float) -> bool:
        """Whether the unit died since then."""
        with self._changed:
            return bool(self.blank_at) and self.blank_at[-1] > at

    def since(self, at: float) -> list[Seen]:
        """All that was seen from `at` (CLOCK_MONOTONIC) on, the picture that stood then first."""
        with self._changed:
            frames = list(self.frames)
        first = next((place for place, frame in enumerate(frames) if frame.at >= at), len(frames))
        return frames[max(0, first - 1) :]

    def wait(self, holds: Callable[[Seen], bool], within_s: float, *, after: float | None = None) -> Seen | None:
        """The first picture for which it holds, of those that came after `after`, or else of what stands now and what
        comes; None when none came in time.
        """
        deadline = time.monotonic() + within_s
        with self._changed:
            while True:
                for frame in self._frames_after(after):
                    if holds(frame):
                        return frame
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)

    def _frames_after(self, after: float | None) -> list[Seen]:
        if after is None:
            return [self.frames[-1]] if self.frames and self._lit() else []
        found = []
        for frame in reversed(self.frames):
            if frame.at < after:
                break
            found.append(frame)
        return found[::-1]

    def press(self) -> tuple[float, float, float] | None:
        """Press and let go: wall clock before and after the touch, and how long the finger stayed. None: not felt."""
        before, began = time.time(), time.monotonic()
        if not self._post(down=True):
            return None
        felt = time.time()
        if not self._post(down=False):
            return before, felt, float("inf")
        return before, felt, time.monotonic() - began

    def _post(self, *, down: bool) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN_S)
        try:
            connection.request("POST", "/button", json.dumps({"down": down}), BUTTON)
            return connection.getresponse().status == 204
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self) -> None:
        while not self._leaving:
            self._connection = connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", "/events")
                answer = connection.getresponse()
                while line := answer.readline():
                    if line.startswith(b"data: "):
                        self._take(json.loads(line[6:]))
            except (OSError, ValueError, AttributeError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            with self._changed:
                if self.frames and self._lit():
                    self.blank_at.append(time.monotonic())
                self._changed.notify_all()
            threading.Event().wait(LOOK_AGAIN_S)

    def _take(self, look: dict[str, object]) -> None:
        if "bits" not in look:
            return
        lamp, width = look["lamp"], look["width"]
        assert isinstance(lamp, float | int)
        assert isinstance(width, int)
        frame = seen(time.monotonic(), str(look["bits"]), width, float(lamp))
        with self._changed:
            self.frames.append(frame)
            self._changed.notify_all()
