"""The sheets in words: a wiring table for each board file, and the parts list for all. Markdown."""

from collections.abc import Iterable, Sequence

from device.header import PIN_OF, bus_lines
from device.profile import Panel, Profile
from tools.hardware.budget import Supply, pin_loads, strip_ma, strip_mm, supply_3v3
from tools.hardware.parts import Part, PartsFile, tags_of
from tools.hardware.wires import is_left, joined, row, wires_of

WRITTEN = "<!-- Written by `make hardware-sheets` from hardware/boards and hardware/parts.toml; do not edit. -->"


def wiring_table(profile: Profile, parts: PartsFile) -> str:
    """`hardware/wiring/<board>.md`."""
    wires = wires_of(profile)
    rows = [
        (
            wire.function,
            f"{wire.part} {wire.terminal}",
            "" if wire.bcm is None else f"GPIO {wire.bcm}",
            f"**{wire.pin}**",
            f"row {row(wire.pin)}, {'left' if is_left(wire.pin) else 'right'}",
            wire.colour,
            wire.volts,
            wire.note,
        )
        for wire in wires
    ]
    heads = ("Function", "Wire to", "BCM", "Header pin", "Where", "Wire colour", "Voltage", "Note")
    rail = supply_3v3(profile, parts)
    lines = Supply(pin_loads(profile, parts), parts.limits.gpio_total_ma)
    return "\n".join([
        WRITTEN,
        "",
        f"# Wiring: {profile.title}",
        "",
        f"From `hardware/boards/{profile.name}.toml`. {len(wires)} wires to the header. Rows count from the end with",
        "pin 1, which is square on the Pi's underside; left and right as seen from above, USB sockets towards you.",
        "",
        f"![Wiring diagram]({profile.name}.svg)",
        "",
        *_table(heads, rows),
        "",
        "## On the Pi",
        "",
        *_bus_lines(profile),
        "",
        *_counter(profile),
        "## Current from 3.3 V",
        "",
        "All at once and at their highest, which never happens.",
        "",
        *_loads(rail, "pins 1 and 17"),
        "",
        "Of these, through the lines themselves; each at most "
        f"{parts.limits.gpio_pin_ma:g} mA, together at most {parts.limits.gpio_total_ma:g} mA:",
        "",
        *_loads(lines, "all lines"),
        "",
    ])  # fmt: skip


def parts_list(profiles: Sequence[Profile], parts: PartsFile) -> str:
    """`hardware/parts-list.md`: a line a part, a column a board."""
    heads = ("Part", "What it is for", *(f"`{profile.name}`" for profile in profiles), "Note")
    panels = []
    for module in parts.panels:
        size = " × ".join(f"{side:g}" for side in module.size_mm)
        note = f"{size} mm, {module.current_ma:g} mA from 3.3 V; {module.note}"
        places: dict[str, list[Panel | None]] = {
            "the telephonist's glass": [profile.panel for profile in profiles],
            "the glass for the counter": [profile.counter for profile in profiles],
        }
        for purpose, glasses in places.items():
            counts = ["1" if glass and parts.module_of(glass) is module else "" for glass in glasses]
            if any(counts):
                panels.append((module.name, purpose, *counts, note))
    rest = [
        (part.name, part.purpose, *(_count(part, profile) for profile in profiles), part.note) for part in parts.parts
    ]
    wires = (
        "jumper wire, socket to socket, 20 cm",
        "from the header to the parts",
        *(str(len(wires_of(profile))) for profile in profiles),
        "colours as in the wiring table",
    )
    return "\n".join([
        WRITTEN,
        "",
        "# Parts list",
        "",
        "How many of each part for one unit, by board file. Sizes and currents of modules are typical ones: measure",
        "yours before you print the case, and put them in `parts.toml`.",
        "",
        *_table(heads, [*panels, *rest, wires]),
        "",
        f"The sign takes {strip_mm(parts) / 1000:.2f} m of strip: {len(parts.sign.lines)} rows of "
        f"{strip_mm(parts) / len(parts.sign.lines):g} mm, {strip_ma(parts):.0f} mA at {parts.circuit.strip_v:g} V;",
        f"an RGB strip {strip_ma(parts, 'rgb'):.0f} mA with all its colours full.",
        "",
        "Tools: soldering iron, side cutters, small screwdrivers, multimeter, heat-shrink sleeve, and a 3D printer or",
        "someone who has one.",
        "",
    ])  # fmt: skip


def _counter(profile: Profile) -> list[str]:
    """The second panel: beside the first on its bus, or on lines of its own."""
    if (glass := profile.counter) is None:
        return []
    lines = bus_lines(glass.bus, glass.bus_port, glass.address)
    named = {"DC": glass.data_command, "RES": glass.reset}
    lines |= {name: bcm for name, bcm in named.items() if bcm is not None}
    where = f"address 0x{glass.address:02X}" if glass.bus == "i2c" else f"chip select CE{glass.address}"
    return [
        "## The glass for the counter",
        "",
        f"A second panel, {glass.chip.upper()} of {glass.width} by {glass.height}, {glass.bus.upper()} {where}: "
        + ", ".join(f"{name} GPIO {bcm} (pin {PIN_OF[bcm]})" for name, bcm in lines.items())
        + ".",
        "Where it shares a line with the first panel, join the two at the first panel's terminal; VCC (3.3 V) and GND",
        "too. Two panels on one I2C bus must differ in address: a resistor on the module's back sets it."
        + ("" if joined(profile) else " Not drawn."),
        "",
    ]


def _bus_lines(profile: Profile) -> list[str]:
    panel = profile.panel
    lines = bus_lines(panel.bus, panel.bus_port, panel.address)
    taken = ", ".join(f"{name} GPIO {bcm} (pin {PIN_OF[bcm]})" for name, bcm in lines.items())
    if panel.bus == "i2c":
        return [
            "In `/boot/firmware/config.txt`, and restart:",
            "",
            "```ini",
            "dtparam=i2c_arm=on",
            "dtparam=i2c_arm_baudrate=400000",
            "```",
            "",
            f"The bus takes {taken}. `i2cdetect -y {panel.bus_port}` (package i2c-tools) shows the panel at "
            f"`{panel.address:02x}`.",
        ]
    switch = "dtparam=spi=on" if panel.bus_port == 0 else f"dtoverlay=spi{panel.bus_port}-3cs"
    return [
        "In `/boot/firmware/config.txt`, and restart:",
        "",
        "```ini",
        switch,
        "```",
        "",
        f"The bus takes {taken}. The panel answers nothing: MISO stays unconnected, yet the line is not free.",
    ]


def _loads(supply: Supply, name: str) -> list[str]:
    rows = [(load.name, f"{load.current_ma:.1f} mA") for load in supply.loads]
    total = (f"**{name} together**", f"**{supply.total_ma:.1f} mA** of {supply.allowed_ma:g} mA")
    return _table(("From", "Highest"), [*rows, total])


def _count(part: Part, profile: Profile) -> str:
    return str(part.quantity) if part.needed_for in tags_of(profile) else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; cells hold no line breaks and no bars."""
    return [
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(cells) + " |" for cells in rows),
    ]
