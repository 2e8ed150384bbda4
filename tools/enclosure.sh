#!/bin/sh
# Render hardware/enclosure with OpenSCAD: printable STL files for every board, and the pictures of the builder's guide.
set -eu
cd "$(dirname "$0")/.."

for program in openscad xvfb-run; do
    command -v "$program" >/dev/null || {
        echo "enclosure: $program is missing: apt install openscad xvfb" >&2
        exit 1
    }
done

source=hardware/enclosure/belbord.scad
out=.cache/enclosure
mkdir -p "$out"

stl() { # file, part, board
    openscad --quiet -D "part=\"$2\"" -D "board=\"$3\"" -o "$out/$1.stl" "$source"
    echo "enclosure: $out/$1.stl"
}

picture() { # part, camera
    xvfb-run -a openscad --quiet -D "part=\"$1\"" --preview --imgsize=1000,760 --camera="$2" --colorscheme=Tomorrow \
        -o "hardware/enclosure/$1.png" "$source"
    echo "enclosure: hardware/enclosure/$1.png"
}

for board in hardware/boards/*.toml; do
    board=$(basename "$board" .toml)
    echo "enclosure: $board: looking where plastic and a part want the same place"
    openscad -D 'part="clash"' -D "board=\"$board\"" -o "$out/clash.stl" "$source" 2>&1 | grep -q "object is empty" || {
        echo "enclosure: $board: a part does not fit: look at $out/clash.stl, change hardware/parts.toml" >&2
        exit 1
    }
    for part in body bottom clamp; do stl "$board-$part" "$part" "$board"; done
done
for part in sign_box sign_plate; do stl "$part" "$part" oled-1.3-sh1106; done

picture unit 57,52,42,60,0,330,430
picture exploded 57,52,66,66,0,325,560
picture sign 100,50,16,28,0,12,560
