"""Bytes of a file from somebody's computer to text, pure."""

import codecs


def text_of(content: bytes) -> str:
    """The text in `content`: UTF-16 or UTF-8 by its mark, UTF-8, or else what spreadsheets write (Windows-1252)."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
