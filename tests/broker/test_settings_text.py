"""Filling in a file that explains itself."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.settings_text import filled_in, written

TEXT = """# The language.
# language = "nl"

[mqtt]
# The broker.
host = "127.0.0.1"
# port = 1883        # 8883 with tls
#tls = false

# One of these for each queue.
[[queue]]
name = "receptie"
# host = "x"

[web]
# host = "all"
"""


def test_values_stand_where_they_are_explained_and_every_word_of_it_stays() -> None:
    text = filled_in(TEXT, {"language": "de", "mqtt.port": 8883, "mqtt.tls": True, "web.host": "me"})
    assert tomllib.loads(text) == {
        "language": "de",
        "mqtt": {"host": "127.0.0.1", "port": 8883, "tls": True},
        "queue": [{"name": "receptie"}],
        "web": {"host": "me"},
    }
    assert all(line in text for line in TEXT.splitlines() if line.startswith("# ") and "=" not in line)


def test_without_examples_the_tables_of_which_there_are_many_are_only_shown() -> None:
    text = filled_in(TEXT, {}, without_examples=True)
    assert "queue" not in tomllib.loads(text)
    assert "# [[queue]]\n# name" in text


def test_a_key_that_the_text_does_not_show_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"mqtt\.colour"):
        filled_in(TEXT, {"mqtt.colour": "red"})


@given(st.text(st.characters(codec="utf-8"), max_size=20) | st.integers(-(2**60), 2**60) | st.booleans())
def test_any_value_reads_back_as_it_was_written(value: str | int | bool) -> None:
    assert tomllib.loads(f"key = {written(value)}") == {"key": value}
