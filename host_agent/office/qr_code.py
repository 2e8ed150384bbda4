"""QR codes (ISO/IEC 18004) through segno."""

import io

import segno


def on_terminal(text: str) -> str:
    """`text` as a QR code of half blocks with a quiet zone, to be read from a screen."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, border=2, compact=True)
    return out.getvalue().rstrip("\n")
