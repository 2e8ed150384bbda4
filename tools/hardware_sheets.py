"""Writes hardware/: wiring tables and diagrams, parts list, and the enclosure's numbers, from the board files.

Run as `make hardware-sheets`. The same input gives the same bytes; a test compares what is committed.
"""

import sys
from pathlib import Path

from device.profile import ProfileFault, load_profile
from tools.hardware.diagram import diagram
from tools.hardware.enclosure import parts_scad
from tools.hardware.parts import load_parts
from tools.hardware.section import section
from tools.hardware.tables import parts_list, wiring_table
from tools.hardware.wires import NotDrawable

HARDWARE = Path(__file__).resolve().parent.parent / "hardware"


def sheets(hardware: Path = HARDWARE) -> dict[str, str]:
    """Path below `hardware` -> its whole text.

    Raises ProfileFault, NotDrawable or LookupError: a board or a part cannot be used, and why.
    """
    parts = load_parts(hardware / "parts.toml")
    boards = sorted((hardware / "boards").glob("*.toml"), key=lambda path: path.stem)
    profiles = [load_profile(str(path)) for path in boards]
    written = {"parts-list.md": parts_list(profiles, parts), "enclosure/parts.scad": parts_scad(profiles, parts)}
    for profile in profiles:
        written[f"wiring/{profile.name}.md"] = wiring_table(profile, parts)
        written[f"wiring/{profile.name}.svg"] = diagram(profile, parts)
        written[f"enclosure/{profile.name}.svg"] = section(profile, parts)
    return written


def main() -> int:
    try:
        written = sheets()
    except (ProfileFault, NotDrawable, LookupError) as fault:
        print(f"hardware-sheets: {fault}", file=sys.stderr)
        return 1
    for name, text in written.items():
        path = HARDWARE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"hardware-sheets: {len(written)} files written below {HARDWARE.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
