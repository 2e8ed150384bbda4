"""What the documents say to write into a file is what the program, or the other program, takes."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from device.config import load_config
from host_agent.config import load
from tests.docs.reading import ROOT, Block, blocks

WHAT_ELSE_A_FILE_NEEDS = {
    "host.toml": '[mqtt]\nhost = "127.0.0.1"\n[[unit]]\nname = "balie-1"\n',
    "desk.toml": 'unit = "balie-1"\n[mqtt]\nhost = "127.0.0.1"\n',
}
TOML = [block for block in blocks() if block.language == "toml"]


def _file_of(block: Block) -> str:
    return block.text.splitlines()[0].removeprefix("# ")


@pytest.mark.parametrize("block", [each for each in TOML if _file_of(each) in WHAT_ELSE_A_FILE_NEEDS])
def test_a_setting_in_a_document_passes_the_check(block: Block, tmp_path: Path) -> None:
    file = tmp_path / _file_of(block)
    for named in re.findall(r'^\w+_(?:file|ca|certificate|key) = "([^"/]+)"$', block.text, re.MULTILINE):
        (tmp_path / named).write_text("secret\n")
        (tmp_path / named).chmod(0o600)
    given = tomllib.loads(block.text)
    rest = WHAT_ELSE_A_FILE_NEEDS[file.name]
    if "mqtt" in given:
        rest = rest.replace('[mqtt]\nhost = "127.0.0.1"\n', "")
    top, brackets, tables = rest.partition("[")
    file.write_text(top + block.text + brackets + tables)
    if file.name == "host.toml":
        load(file)
    else:
        load_config(file)


def test_every_other_block_can_be_read() -> None:
    assert any(_file_of(block) == "belbord.toml" for block in TOML)
    for block in TOML:
        tomllib.loads(block.text)
    for block in blocks():
        if block.language == "json":
            json.loads(block.text)


def test_the_rights_in_the_pbx_are_those_with_which_the_real_one_is_tested() -> None:
    asked = _belbords_own((ROOT / "docs" / "pbx.md").read_text("utf-8"))
    tested = _belbords_own((ROOT / "tests" / "on_pbx" / "office.py").read_text("utf-8"))
    assert asked == tested
    assert {key for key, _ in asked} == {"deny", "permit", "read", "write"}


def _belbords_own(text: str) -> list[tuple[str, str]]:
    found = re.search(r"^\[belbord\]\n((?:\w+ = .*\n)+)", text, re.MULTILINE)
    assert found is not None
    return [(key, value) for key, value in re.findall(r"^(\w+) = (.*)$", found[1], re.MULTILINE) if key != "secret"]
