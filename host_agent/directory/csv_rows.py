"""A CSV file (RFC 4180, and what spreadsheets make of it) to rows, pure."""

import csv
import io
from collections.abc import Iterator

from host_agent.core.contacts import Row
from host_agent.directory.columns import word_for
from host_agent.directory.texts import text_of

_SEPARATORS = (";", ",", "\t")
_EMPTY = "empty; the first line names the columns, such as name;number;organisation"
_MOST_FIELD = 4096
"""Characters: a cell so long is a quote that was never closed."""


def csv_rows(content: bytes) -> Iterator[Row | tuple[int, str]]:
    """Each row of the file in order, or the number of a line with what is wrong with it."""
    text = text_of(content).replace("\0", "")
    if not text.strip():
        yield 1, _EMPTY
        return
    header = next(line for line in text.splitlines() if line.strip())
    separator = max(_SEPARATORS, key=header.count)
    csv.field_size_limit(_MOST_FIELD)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    words: list[str | None] | None = None
    before = 0
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            if words is None:
                yield 1, _EMPTY
            return
        except csv.Error as fault:
            yield before + 1, f"not CSV: {fault}"
            before = lines.line_num
            continue
        number, before = before + 1, lines.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if words is None:
            words = [word_for(cell) for cell in cells]
            if not any(words):
                yield number, "no column is called name, number or the like; the first line names the columns"
                return
            continue
        said = zip(words, cells, strict=False)
        yield Row(number, tuple((word, cell) for word, cell in said if word is not None and cell.strip()))
