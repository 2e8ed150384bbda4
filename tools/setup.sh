#!/bin/sh
# Makes the checkout ready: `tools/setup.sh run` for use, `dev` for the tests as well, `docs` for the documentation site.
# Installs the Debian packages of requirements/apt.txt that are missing (with sudo only when not root),
# makes .venv with the pinned packages, and compiles bytecode (starts are 3-7 times slower without).
set -eu
kind="${1:?usage: tools/setup.sh run|dev|docs}"
cd "$(dirname "$0")/.."
say() { printf 'setup: %s\n' "$*"; }

sections="run"
[ "$kind" = dev ] && sections="run test"
missing=""
for section in $sections; do
    for package in $(awk -v s="$section" '$1 == s {print $2}' requirements/apt.txt); do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
done
if [ -n "$missing" ]; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    say "installing Debian packages:$missing"
    $sudo apt-get -qq update
    # shellcheck disable=SC2086  # a list of package names, split on purpose
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi

lock="requirements/$kind.lock"
want="$(cat "$lock" pyproject.toml hatch_build.py | sha256sum | cut -d' ' -f1)"
stamp=".venv/.belbord-$kind"
# The path is part of the stamp: a venv that was copied or moved points at the old place.
if [ "$(cat "$stamp" 2>/dev/null)" = "$want $PWD" ]; then
    say "nothing to do"
else
    [ -x .venv/bin/python ] || { say "making .venv"; python3 -m venv .venv; }
    say "installing the pinned Python packages of $lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    say "installing Belbord itself"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    printf '%s %s\n' "$want" "$PWD" > "$stamp"
fi
.venv/bin/python tools/compile_catalogues.py
.venv/bin/python -m compileall -q broker device host_agent demo
