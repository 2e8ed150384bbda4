"""Bugs to plant in the real code, to see that the alarm rings.

Each is a change of one place in one source file, made in memory while that file is imported; no file is touched. The
place must be there exactly once: code that moved on makes the bug fail loudly, never pass unnoticed.
`python -m tools.mutants` plants them one by one. Also a pytest plugin: `BELBORD_PLANTED_BUG=… pytest -p
tests.simulation.planted` runs tests on the code with that bug.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
CHOSEN = "BELBORD_PLANTED_BUG"


@dataclass(frozen=True)
class Bug:
    """In `file`, `right` becomes `wrong`. `test`: the pytest node that finds it; None: the simulation does."""

    name: str
    file: str
    right: str
    wrong: str
    test: str | None = None

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")

    def source(self) -> str:
        """The source with the bug in it. Raises ValueError when its place is not there exactly once."""
        text = (ROOT / self.file).read_text()
        if (places := text.count(self.right)) != 1:
            raise ValueError(f"bug {self.name!r}: {self.file} has its place {places} times; look at planted_bugs.py")
        return text.replace(self.right, self.wrong)


class _Planter(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._bug.module:
            return None
        return importlib.util.spec_from_file_location(fullname, ROOT / self._bug.file, loader=self)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._bug.source(), str(ROOT / self._bug.file), "exec"), module.__dict__)


def plant(bug: Bug) -> None:
    """From here on this process has the bug."""
    if bug.module in sys.modules:
        raise ValueError(f"bug {bug.name!r} comes too late: {bug.module} is imported already")
    bug.source()
    sys.meta_path.insert(0, _Planter(bug))


def plant_chosen() -> None:
    """Plant the bug that the environment names, if it names one."""
    name = os.environ.get(CHOSEN)
    if name is not None:
        from tests.simulation.planted_bugs import BUGS

        plant({bug.name: bug for bug in BUGS}[name])


plant_chosen()
