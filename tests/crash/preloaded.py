"""What the fork server imports once. First of all a wall clock that can be moved: `time.time` and what stands on it.

A child follows the offset in a file; without one the clock is the machine's. CLOCK_BOOTTIME and CLOCK_MONOTONIC stay
as they are, as they do when somebody sets a machine's clock.
"""

import importlib
import mmap
import struct
import time
from pathlib import Path

_true_time = time.time
_true_localtime = time.localtime
_offset: mmap.mmap | None = None


def follow(path: str) -> None:
    """From now on add the seconds that stand in the file `path`, as one double."""
    global _offset
    with Path(path).open("r+b") as file:
        _offset = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)


def set_offset(path: Path, seconds: float) -> None:
    """Move the clock of who follows `path`."""
    if not path.exists():
        path.write_bytes(bytes(8))
    with path.open("r+b") as file:
        file.write(struct.pack("d", seconds))


def _moved_time() -> float:
    offset: float = struct.unpack("d", _offset[:8])[0] if _offset is not None else 0.0
    return _true_time() + offset


def _moved_localtime(seconds: float | None = None) -> time.struct_time:
    return _true_localtime(_moved_time() if seconds is None else seconds)


time.time = _moved_time
time.localtime = _moved_localtime

_PARTS = """
apprise
uvicorn
device.app
device.core.unit
device.drivers.keys
device.drivers.lights
device.drivers.link
device.drivers.modelled_panel
device.drivers.outbox
device.drivers.pins
device.drivers.screen
device.drivers.sounder
device.drivers.virtual
device.drivers.wall_clock
device.glass.layout
device.loop
device.panel
host_agent.app
host_agent.chaser
host_agent.directory.book
host_agent.link
host_agent.link_key
host_agent.live
host_agent.notify.apprise_channel
host_agent.notify.notifier
host_agent.people
host_agent.pbx.asterisk.adapter
host_agent.pbx.simulated.__main__
host_agent.promises
host_agent.seen_calls
host_agent.store.directory
host_agent.store.notes
host_agent.store.promise
host_agent.store.seen_calls
host_agent.store.thread
host_agent.web.app
host_agent.web.desk
host_agent.web.server
starlette.applications
starlette.middleware.trustedhost
starlette.requests
starlette.responses
starlette.routing
"""

for _part in _PARTS.split():
    importlib.import_module(_part)
