"""Build hook: a wheel carries the compiled message catalogues, made from the .po files by Babel."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the hook's signature
        tool = runpy.run_path(str(Path(self.root) / "tools" / "compile_catalogues.py"))
        tool["compile_catalogues"](Path(self.root))
