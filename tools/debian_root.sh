#!/bin/sh
# Make a bare Debian root: tools/debian_root.sh SUITE FOLDER [PACKAGE,PACKAGE... [ARCH]]
# For another processor than this one's, the kernel must know how to run its programs (tools/emulate_arm64.sh).
# Takes the archive from this machine's own apt sources, so no host is named here. Needs root and debootstrap.
# A finished root carries the file .belbord-complete; a half-made one is made again.
set -eu
suite="${1:?suite}" root="${2:?folder}" include="${3:-}" arch="${4:-}"
[ -e "$root/.belbord-complete" ] && exit 0
[ "$(id -u)" -eq 0 ] || { echo "debian_root: needs root (debootstrap makes device nodes and chroots)" >&2; exit 1; }
command -v debootstrap >/dev/null || {
    echo "debian_root: debootstrap is missing: apt-get install debootstrap" >&2
    exit 1
}
# The first archive of this machine that is plain Debian, in either notation of sources.list(5).
archive=$(awk '/^URIs:/ {print $2} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; break}}' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
[ -n "$archive" ] || { echo "debian_root: no Debian archive found in /etc/apt" >&2; exit 1; }
echo "debian_root: making $suite in $root"
rm -rf "$root"
mkdir -p "$root"
debootstrap --variant=minbase ${arch:+--arch="$arch"} ${include:+--include="$include"} "$suite" "$root" "$archive" >"$root.log" 2>&1 || {
    tail -n 5 "$root.log" >&2
    echo "debian_root: debootstrap failed, see $root.log" >&2
    exit 1
}
touch "$root/.belbord-complete"
