"""The 40-pin header of a Raspberry Pi: which BCM line comes out on which pin, and which lines a bus takes.

Raspberry Pi documentation, "GPIO and the 40-pin header"; the same on every model since the B+.
"""

from typing import Literal

# BCM line -> pin of the header. 0 and 1 (pins 27, 28) belong to the EEPROM of a HAT.
PIN_OF = {
    2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21, 10: 19, 11: 23, 12: 32, 13: 33, 14: 8, 15: 10,
    16: 36, 17: 11, 18: 12, 19: 35, 20: 38, 21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
}  # fmt: skip

_I2C = {1: {"SDA": 2, "SCL": 3}}
_SPI = {
    0: {"MOSI": 10, "MISO": 9, "SCLK": 11},
    1: {"MOSI": 20, "MISO": 19, "SCLK": 21},
}
_CHIP_SELECT = {0: {0: 8, 1: 7}, 1: {0: 18, 1: 17, 2: 16}}


def bus_lines(bus: Literal["i2c", "spi"], port: int, address: int) -> dict[str, int]:
    """The lines, name -> BCM, that a bus takes; `address` is the chip select of SPI. Raises KeyError: no such bus.

    MISO is the kernel's as soon as the bus is on, though no panel here drives it.
    """
    if bus == "i2c":
        return dict(_I2C[port])
    return {**_SPI[port], f"CE{address}": _CHIP_SELECT[port][address]}
