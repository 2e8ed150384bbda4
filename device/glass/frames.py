"""A picture as the bytes of a panel's memory."""

from PIL import Image

from device.glass.rectangles import Grid


def frame_of(picture: Image.Image, grid: Grid) -> bytes:
    """All of `picture` (mode "1") as `grid` stores it: row by row, a cell of one byte upright or two bytes of grey."""
    return _upright(picture) if grid.cell_bytes == 1 else _grey(picture)


def _upright(picture: Image.Image) -> bytes:
    """Eight pixels upright in a byte, the top one in bit 0."""
    width, height = picture.size
    strips = []
    for top in range(0, height, 8):
        strip = picture.crop((0, top, width, top + 8)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        # Lying down, each column is a row of eight, which Pillow packs in one byte with the first pixel in bit 7.
        strips.append(strip.transpose(Image.Transpose.TRANSPOSE).tobytes())
    return b"".join(strips)


def _grey(picture: Image.Image) -> bytes:
    """Two pixels in a byte, the left one in the high half, lit at full."""
    return b"".join(_PAIRS[byte] for byte in picture.tobytes())


_PAIRS = [
    bytes(
        (0xF0 if byte & 0x80 >> pair * 2 else 0) | (0x0F if byte & 0x40 >> pair * 2 else 0)
        for pair in range(4)
    )
    for byte in range(256)
]  # fmt: skip
