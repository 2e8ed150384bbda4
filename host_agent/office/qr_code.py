"""QR codes (ISO/IEC 18004) through segno."""

import io

import segno


def on_page(text: str) -> str:
    """`text` as an SVG element to stand in a page: dark on light whatever the page's colours, without styles."""
    made = segno.make(text, error="m", micro=False)
    return made.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)


def on_terminal(text: str) -> str:
    """`text` as a QR code of half blocks with a quiet zone, to be read from a screen."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, border=2, compact=True)
    return out.getvalue().rstrip("\n")
