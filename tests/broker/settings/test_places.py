import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.settings.places import LONGEST, line_of, lines_of, name_of

TEXT = '''# a file
language = "nl"

[mqtt]   # the bus
host = "a"
"quoted key" = 1
[mqtt.deep]
port = 3

[[unit]]
name = "balie-1"
queues = [
  "receptie",  # [[unit]]
  "storing",
]
[[unit]]
name = """
[mqtt]
host = 3
"""
tables = { left = 1, right = [ { name = "x" } ] }
[[unit.day]]
hours = 1
[[unit.day]]
hours = 2
web.listen = "here"
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("language",), 2),
        (("mqtt",), 4),
        (("mqtt", "host"), 5),
        (("mqtt", "quoted key"), 6),
        (("mqtt", "deep", "port"), 8),
        (("unit", 1, "queues"), 12),
        (("unit", 1, "queues", 2), 12),
        (("unit", 2, "name"), 17),
        (("unit", 2, "tables", "right", 1, "name"), 21),
        (("unit", 2, "day", 1, "hours"), 23),
        (("unit", 2, "day", 2, "hours"), 25),
        (("unit", 2, "day", 2, "web", "listen"), 26),
    ],
)
def test_a_key_stands_on_its_line(place: tuple[str | int, ...], line: int) -> None:
    assert line_of(lines_of(TEXT), place) == line


def test_what_is_not_there_would_stand_in_its_table_and_at_the_top_nowhere() -> None:
    found = lines_of(TEXT)
    assert line_of(found, ("unit", 1, "label")) == 10
    assert line_of(found, ("store",)) is None


def test_a_statement_without_end_costs_its_lines_and_no_more() -> None:
    text = "a = 1\nb = [\n" + "1,\n" * (2 * LONGEST) + "]\nc = 2\n"
    assert lines_of(text) == {("a",): 1}


def test_a_place_reads_as_people_write_it() -> None:
    assert name_of(("unit", 2, "day", 1, "hours")) == "unit[2].day[1].hours"


@given(st.text(alphabet="ab[]=\"\n#. '{}1,", max_size=60))
def test_any_text_that_is_toml_has_its_first_keys_found(text: str) -> None:
    try:
        content = tomllib.loads(text)
    except ValueError:
        return
    found = lines_of(text)
    assert {place[0] for place in found} == set(content)
