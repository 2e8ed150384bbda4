"""What a unit measures of itself, from files as a Pi 4 has them."""

from pathlib import Path
from typing import Any

import pytest

from device.core.events import Measured
from device.drivers import vitals
from device.drivers.vitals import Vitals

WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   54.  -56.  -256        0      0      0      0      0        0
"""


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    """A machine's root with what the driver reads."""
    for path, text in {
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "proc/net/wireless": WIRELESS,
        "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
        "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
        "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
    }.items():
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text(text)
    (tmp_path / "state").mkdir()
    return tmp_path


def test_a_unit_tells_what_it_measured_at_once(pi: Path, heard: Any) -> None:
    with Vitals(heard.inbox, pi / "state", pi / "root"):
        found = heard.a(Measured)
    assert (found.temperature_c, found.wifi_dbm, found.undervolted, found.resets) == (48.312, -56, True, 0)
    assert found.disk_free_mb > 0


def test_a_unit_measures_again_and_again(pi: Path, heard: Any) -> None:
    with Vitals(heard.inbox, pi / "state", pi / "root", every_s=0.01):
        heard.a(Measured)
        (pi / "root/sys/class/thermal/thermal_zone0/temp").write_text("80000")
        heard.until(lambda event: event.temperature_c == 80.0)


def test_what_a_machine_does_not_have_is_unknown(tmp_path: Path, heard: Any) -> None:
    with Vitals(heard.inbox, tmp_path / "no such folder", tmp_path):
        found = heard.a(Measured)
    assert found == Measured(found.at)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "x", WIRELESS.replace("-56.", "nan"), WIRELESS.replace("-56.", "9" * 400), WIRELESS[:175]]
)
def test_a_list_of_radios_that_cannot_be_read_is_unknown(tmp_path: Path, text: str) -> None:
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/wireless").write_text(text)
    assert vitals.wifi_dbm(tmp_path) is None


@pytest.mark.parametrize("text", ["", "-", "nan", "9" * 400, "-99999", "\udcff".encode("utf-8", "surrogateescape")])
def test_a_temperature_that_cannot_be_is_unknown(tmp_path: Path, text: str | bytes) -> None:
    place = tmp_path / "sys/class/thermal/thermal_zone0/temp"
    place.parent.mkdir(parents=True)
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert vitals.temperature_c(tmp_path) is None


def test_only_an_end_that_nobody_asked_for_is_counted_as_a_reset(pi: Path, heard: Any) -> None:
    state = pi / "state"

    def resets() -> int:
        with Vitals(heard.inbox, state, pi / "root"):
            found: int = heard.a(Measured).resets
            return found

    assert [resets(), resets()] == [0, 0]
    (state / vitals.RUNNING).touch()  # as a power cut leaves it
    assert [resets(), resets()] == [1, 1]
    vitals.begin(state)
    assert vitals.begin(state) == 2


def test_a_count_that_is_damaged_begins_anew(tmp_path: Path) -> None:
    (tmp_path / vitals.RESETS).write_bytes(b"\xff" * 5000)
    (tmp_path / vitals.RUNNING).touch()
    assert vitals.begin(tmp_path) == 1
