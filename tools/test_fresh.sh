#!/bin/sh
# The README's two commands on bare machines: Debian 12 and 13 roots that hold only python3, make and certificates.
#   tools/test_fresh.sh [SUITE...]      (default: bookworm trixie; needs root and debootstrap)
# Each run starts from an untouched copy of the bare root and the committed state of this checkout.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "test-fresh: needs root for debootstrap and chroot" >&2; exit 1; }
[ "$#" -gt 0 ] || set -- bookworm trixie
cache="$PWD/.cache/fresh"
mkdir -p "$cache"

for suite in "$@"; do
    tools/debian_root.sh "$suite" "$cache/$suite" python3,make,ca-certificates
    work="$cache/$suite-run"
    rm -rf "$work"
    cp -a --reflink=auto "$cache/$suite" "$work"
    mkdir -p "$work/root/belbord"
    git archive HEAD | tar -x -C "$work/root/belbord"
    cp tools/fresh_inside.py "$work/root/fresh_inside.py"
    # What this machine needs to reach its package sources, it has in these files; the bare root gets the same.
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
        [ -e "$file" ] && cp -L "$file" "$work$file"
    done
    echo "test-fresh: $suite"
    # Its own mounts and process tree: whatever happens inside, nothing stays behind.
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" &&
        mount -t tmpfs tmpfs "$1/tmp" && mount -t tmpfs tmpfs "$1/dev/shm" &&
        exec chroot "$1" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            python3 -B /root/fresh_inside.py' fresh "$work"
    rm -rf "$work"
done
echo "test-fresh: both commands work on: $*"
