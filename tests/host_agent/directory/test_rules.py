"""The directory's keys in host.toml."""

from pathlib import Path

import pytest

from host_agent.config import parse
from host_agent.directory.rules import DirectoryRules
from host_agent.errors import ConfigFault


def test_the_directory_of_host_toml_is_read(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    text = '[directory]\ncountry = "BE"\nfolder = "lists"\nprefer = "directory"\noutside_line = "0"\n'
    assert parse(text, folder=tmp_path).directory == DirectoryRules("BE", tmp_path / "lists", "directory", "0")


def test_without_a_word_the_country_is_dutch_and_no_folder_is_watched(tmp_path: Path) -> None:
    assert parse("", folder=tmp_path).directory == DirectoryRules("NL", None, "pbx", "")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('country = "nl"', "directory.country"),
        ('folder = "nowhere"', "directory.folder"),
        ('prefer = "me"', "directory.prefer"),
        ('outside_line = "nul"', "directory.outside_line"),
    ],
)
def test_a_wrong_key_is_named_with_what_was_meant(tmp_path: Path, line: str, key: str) -> None:
    with pytest.raises(ConfigFault, match=key):
        parse(f"[directory]\n{line}\n", folder=tmp_path)
