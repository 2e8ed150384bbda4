#!/bin/sh
# Builds the virtual Pi of `make test-kernel`: tools/virtual_pi_image.sh [FOLDER]    (default: .cache/virtual-pi)
# Debian bookworm for amd64 with systemd, its own kernel, gpio-sim, and the pinned packages of Belbord in a venv, but
# not Belbord itself: that goes in at each run. Needs root. What has not changed since the last time is kept.
#   out: FOLDER/{vmlinuz,initrd.img,disk.img}; each step's words in FOLDER/logs
set -eu
cd "$(dirname "$0")/.."
checkout="$PWD"
folder="${1:-$PWD/.cache/virtual-pi}"
root="$folder/root"
build="$folder/kernel-build"
logs="$folder/logs"
guest="$checkout/tests/on_kernel/guest"
locks="$checkout/requirements/run.lock $checkout/requirements/pi.lock"
started=$(date +%s)

say() { echo "virtual-pi: [$(($(date +%s) - started)) s] $*"; }
fail() { echo "virtual-pi: $*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || fail "needs root: debootstrap makes device nodes and chroots. Run \`make test-kernel\` as root"
[ "$(dpkg --print-architecture)" = amd64 ] || fail "needs an amd64 machine: its Debian packages run in a chroot"
for pair in debootstrap:debootstrap mke2fs:e2fsprogs unshare:util-linux; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%:*}" >/dev/null ||
        fail "${pair%:*} is missing: apt-get install ${pair#*:}"
done
mkdir -p "$logs"

# step NAME KEY COMMAND...: run COMMAND once for each KEY, its words in logs/NAME.log; a half-done step is done again.
step() {
    name="$1" key="$2"
    shift 2
    [ "$(cat "$folder/$name.done" 2>/dev/null)" = "$key" ] && return 0
    rm -f "$folder/$name.done"
    # Not `"$@" || ...`: there, set -e would not hold inside the step.
    set +e
    (set -e; "$@") >"$logs/$name.log" 2>&1
    code=$?
    set -e
    [ "$code" -eq 0 ] || {
        tail -n 15 "$logs/$name.log" >&2
        fail "step '$name' failed, see $logs/$name.log"
    }
    echo "$key" >"$folder/$name.done"
    say "$name"
}

fingerprint() { cat "$@" | sha256sum | cut -c1-16; }

# inside ROOT COMMAND...: in a chroot with its own mounts and process tree, so that nothing stays behind.
inside() {
    unshare --mount --pid --fork --kill-child sh -c '
        root="$1"; shift
        mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" && mount --rbind /dev "$root/dev" &&
        exec chroot "$root" env -i HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' inside "$@"
}

packages="systemd,systemd-sysv,udev,dbus,kmod,i2c-tools,initramfs-tools,ca-certificates"
for package in $(awk '$1 == "run" {print $2}' requirements/apt.txt); do packages="$packages,$package"; done

make_root() {
    rm -rf "$root"
    tools/debian_root.sh bookworm "$root" "$packages"
}

# Only what the first mount needs: unpacking and searching a whole initrd takes an emulated processor a minute.
make_kernel() {
    echo "MODULES=list" >"$root/etc/initramfs-tools/conf.d/virtual-pi"
    printf 'virtio_pci\nvirtio_blk\next4\n' >"$root/usr/share/initramfs-tools/modules.d/virtual-pi"
    inside "$root" sh -c 'apt-get -qq update && apt-get -qq install -y --no-install-recommends linux-image-amd64 && apt-get clean'
    for unused in drivers/gpu drivers/infiniband drivers/media drivers/net sound; do
        rm -rf "$root"/lib/modules/*/kernel/$unused
    done
}

# Debian ships gpio-sim for no architecture (CONFIG_GPIO_SIM is not set), but its linux-source has the code, and
# the headers are enough to build it. In a root of its own, which goes afterwards: this machine needs no compiler.
make_modules() {
    rm -rf "$build" "$folder/modules"
    tools/debian_root.sh bookworm "$build" gcc,make,xz-utils,linux-headers-amd64,linux-source-6.1
    cp tools/virtual_pi_modules.sh "$build/root/"
    inside "$build" sh /root/virtual_pi_modules.sh
    mv "$build/root/modules" "$folder/modules"
    rm -rf "$build" "$build.log"
}

put_modules() {
    version=$(basename "$root"/lib/modules/*)
    [ -e "$folder/modules/$version" ] || {
        rm -f "$folder/modules.done"
        fail "gpio-sim was built for $(ls "$folder/modules"), the kernel is $version: run this once more"
    }
    mkdir -p "$root/lib/modules/$version/extra"
    cp "$folder/modules/$version"/*.ko "$root/lib/modules/$version/extra/"
    inside "$root" depmod "$version"
}

# The same versions as everywhere, and the pin library of a real Pi.
make_venv() {
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
        [ ! -e "$file" ] || cp -L "$file" "$root$file"
    done
    mkdir -p "$root/root/locks"
    # shellcheck disable=SC2086  # a list of files, split on purpose
    cp $locks "$root/root/locks/"
    inside "$root" sh -c 'rm -rf /opt/belbord && python3 -m venv /opt/belbord &&
        /opt/belbord/bin/pip install --quiet --only-binary :all: --require-hashes -r /root/locks/run.lock -r /root/locks/pi.lock'
    rm -f "$root/etc/pip.conf"
}

make_disk() {
    cp -L "$root"/boot/vmlinuz-* "$folder/vmlinuz"
    cp -L "$root"/boot/initrd.img-* "$folder/initrd.img"
    sh "$guest/prepare_root.sh" "$root"
    rm -f "$folder/disk.img"
    mke2fs -q -t ext4 -d "$root" -E root_owner=0:0 "$folder/disk.img" 4G
}

root_key="$packages $(fingerprint tools/virtual_pi_image.sh tools/debian_root.sh)"
# shellcheck disable=SC2086
venv_key="$root_key $(fingerprint $locks)"
modules_key="$root_key $(fingerprint tools/virtual_pi_modules.sh)"
disk_key="$venv_key $modules_key $(fingerprint "$guest/prepare_root.sh")"

# The two roots do not depend on each other.
step modules "$modules_key" make_modules &
building=$!
step root "$root_key" make_root
step kernel "$root_key" make_kernel
step venv "$venv_key" make_venv
wait "$building" || fail "gpio-sim is not there"
step modules-in "$modules_key" put_modules
step disk "$disk_key" make_disk
