"""Reads the recordings in this folder."""

import json
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recording:
    """One connection's recording of one scenario, such as asterisk-22.10.1/08-reload-mid-queue/events.after.jsonl."""

    version: str
    scenario: str
    file: str

    def __str__(self) -> str:
        return f"{self.version}-{self.scenario}-{self.file.removesuffix('.jsonl').removeprefix('events')}".rstrip("-")

    @property
    def folder(self) -> Path:
        return HERE / self.version / self.scenario

    def events(self) -> bytes:
        return lzma.decompress((self.folder / f"{self.file}.xz").read_bytes())

    def raw(self) -> bytes:
        name = self.file.replace("events", "ami").replace(".jsonl", ".raw.xz")
        return lzma.decompress((self.folder / name).read_bytes())

    def truth(self) -> dict[str, Any]:
        truth: dict[str, Any] = json.loads(lzma.decompress((self.folder / "truth.json.xz").read_bytes()))
        return truth


def all_recordings() -> list[Recording]:
    found = sorted(HERE.glob("asterisk-*/*/events*.jsonl.xz"))
    assert found, f"no recordings in {HERE}"
    return [Recording(path.parts[-3], path.parts[-2], path.name.removesuffix(".xz")) for path in found]


def recording(version: str, scenario: str, file: str = "events.jsonl") -> Recording:
    return Recording(f"asterisk-{version}", scenario, file)
