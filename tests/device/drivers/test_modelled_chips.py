"""The modelled chips are held against the device classes of luma.oled: what those draw is what is seen."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from device.drivers.modelled_chips import Sh1106, Ssd1306, chip_model
from device.drivers.modelled_panel import ModelledBus
from device.panel import luma_class
from device.profile import Chip

SIZES: dict[Chip, tuple[int, int]] = {
    "ssd1306": (128, 64),
    "ssd1309": (128, 64),
    "sh1106": (128, 64),
    "ssd1322": (256, 64),
}


def noise(chip: Chip, seed: int) -> Image.Image:
    width, height = SIZES[chip]
    return Image.frombytes("1", (width, height), random.Random(seed).randbytes(width * height // 8))


@pytest.mark.parametrize("chip", SIZES)
@pytest.mark.parametrize("memory", [b"", b"\xa5\x3c\xff"])
@pytest.mark.filterwarnings("ignore:.*getdata is deprecated.*:DeprecationWarning")
def test_what_luma_displays_is_what_is_seen(chip: Chip, memory: bytes) -> None:
    bus = ModelledBus(chip_model(chip))
    bus.replug(memory)
    width, height = SIZES[chip]
    device = luma_class(chip)(bus, width=width, height=height, mode="1")
    device.persist = True
    for seed in range(3):
        picture = noise(chip, seed)
        device.display(picture)
        assert bus.chip.picture().tobytes() == picture.tobytes()
    device.contrast(33)
    assert bus.chip.contrast == 33
    device.hide()
    assert bus.chip.picture().getbbox() is None
    device.show()
    assert bus.chip.picture().tobytes() == picture.tobytes()


def test_memory_after_power_on_is_not_seen_until_the_display_is_on() -> None:
    chip = Ssd1306()
    chip.power_on(b"\xff")
    assert chip.picture().getbbox() is None
    chip.receive(b"\x00\xaf")
    assert chip.picture().getbbox() == (0, 0, 128, 64)


@pytest.mark.parametrize(
    ("mode", "cells"), [(0, [(5, 2), (6, 2), (5, 3), (6, 3), (5, 2)]), (1, [(5, 2), (5, 3), (6, 2), (6, 3), (5, 2)])]
)
def test_a_window_is_filled_in_the_order_of_its_mode(mode: int, cells: list[tuple[int, int]]) -> None:
    chip = Ssd1306()
    chip.receive(bytes((0x00, 0x20, mode, 0x21, 5, 6, 0x22, 2, 3)))
    for value, (column, page) in enumerate(cells, start=1):
        chip.receive(bytes((0x40, value)))
        assert chip.memory[page * 128 + column] == value


def test_control_bytes_may_change_the_kind_within_a_transfer() -> None:
    chip = Ssd1306()
    # Co set: one byte of that kind, then another control byte (8.1.5.2).
    chip.receive(bytes((0x80, 0xB3, 0x80, 0x07, 0x80, 0x10, 0xC0, 0xAA, 0x40, 0xBB)))
    assert chip.memory[3 * 128 + 7 : 3 * 128 + 9] == b"\xaa\xbb"


def test_arguments_may_come_in_a_later_transfer() -> None:
    chip = Ssd1306()
    chip.receive(b"\x00\x81")
    chip.receive(b"\x00\x42")
    assert chip.contrast == 0x42


def test_an_sh1106_has_132_columns_and_stops_at_the_last() -> None:
    chip = Sh1106()
    chip.receive(bytes((0x00, 0xB1, 0x02, 0x18)))
    chip.receive(b"\x40\x01\x02\x03\x04")
    assert chip.memory[132 + 130 : 132 + 132] == b"\x01\x02"
    assert chip.memory[264] == 0


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=20), st.sampled_from(sorted(SIZES)))
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_a_chip(transfers: list[bytes], chip: Chip) -> None:
    model = chip_model(chip)
    size = len(model.memory)  # type: ignore[attr-defined]
    for transfer in transfers:
        model.receive(transfer)
    assert model.picture().size == SIZES[chip]
    assert len(model.memory) == size  # type: ignore[attr-defined]


def test_an_unplugged_panel_answers_nothing() -> None:
    bus = ModelledBus(chip_model("ssd1306"))
    bus.unplug()
    with pytest.raises(OSError, match="no answer"):
        bus.command(0xAF)
    assert bus.bytes_sent == 0
