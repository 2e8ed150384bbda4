"""The first frame comes before anything that is not needed for it is imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

FIRST_FRAME = """
import sys, threading
from contextlib import ExitStack
from pathlib import Path
from device import app

config, profile = app._settings(Path(sys.argv[1]))
drawn, seen = threading.Event(), []
def report(works, reason):
    seen.extend(sys.modules)
    drawn.set()
with ExitStack() as opened:
    glass = app._modelled(profile.panel)
    app._screen(config, profile, glass, report, opened).show(app.Starting("1.0", config.unit))
    assert drawn.wait(30)
    assert glass.picture().getbbox() is not None
print("\\n".join(seen))
"""

NOT_NEEDED = (
    "msgspec", "paho", "sqlite3", "gpiozero", "ssl", "asyncio", "uvicorn", "broker.messages", "broker.topics",
    "device.core.pages", "device.core.unit", "device.core.step", "device.drivers.link", "device.drivers.outbox",
    "device.drivers.lights", "device.glass.layout", "device.glass.calls", "device.glass.notes",
    "difflib", "broker.settings.faults", "broker.settings.explained", "device.reload",
)  # fmt: skip


def test_nothing_that_the_first_frame_does_not_need_is_imported_before_it(tmp_path: Path) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(f'unit = "balie-1"\nstate_directory = "{tmp_path}"\n[mqtt]\nhost = "127.0.0.1"\n')
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(config)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "device.glass.first_frame" in imported
    assert imported.isdisjoint(NOT_NEEDED), sorted(imported & set(NOT_NEEDED))
