"""QR codes (ISO/IEC 18004) through segno."""

import io

import segno


def on_terminal(text: str) -> str:
    """`text` as a QR code of half blocks with a quiet zone, to be read from a screen."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, border=2, compact=True)
    return out.getvalue().rstrip("\n")


def as_svg(text: str) -> str:
    """`text` as an SVG element to stand in a page."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=5, border=2, dark="#000", light="#fff"))
