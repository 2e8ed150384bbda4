#!/bin/sh
# Makes a Debian root the virtual Pi's: prepare_root.sh ROOT. What Raspberry Pi OS sets up on a real one (groups and
# device rules), and a door for the tests: a root shell on a virtio port.
set -eu
root="$1"
units="$root/etc/systemd/system"

echo desk >"$root/etc/hostname"
printf '127.0.0.1 localhost desk\n' >"$root/etc/hosts"
echo '/dev/vda / ext4 noatime,errors=remount-ro 0 1' >"$root/etc/fstab"
: >"$root/etc/machine-id"
rm -f "$root/etc/resolv.conf"
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRateLimitBurst=0\n' >"$root/etc/systemd/journald.conf.d/virtual-pi.conf"

# As raspberrypi-sys-mods and i2c-tools have it.
for group in gpio i2c spi; do
    grep -q "^$group:" "$root/etc/group" || chroot "$root" groupadd --system "$group"
done
cat >"$root/etc/udev/rules.d/60-pi-header.rules" <<'RULES'
SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"
KERNEL=="i2c-[0-9]*", GROUP="i2c", MODE="0660"
RULES

# Nothing may wake this machine but what is under test.
for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service dpkg-db-backup.timer \
    fstrim.timer systemd-tmpfiles-clean.timer systemd-timesyncd.service mosquitto.service \
    getty@tty1.service serial-getty@ttyS0.service; do
    ln -sf /dev/null "$units/$unit"
done

cat >"$units/door.service" <<'UNIT'
[Unit]
Description=The tests' door: a root shell on a virtio port
After=multi-user.target

[Service]
ExecStart=/bin/sh -c 'echo open >/dev/kmsg; exec /bin/sh <>/dev/virtio-ports/door >&0 2>&0'
Restart=always
RestartSec=0
# Ends with the machine only: nothing it starts is stopped with it.
KillMode=process

[Install]
WantedBy=graphical.target
UNIT
mkdir -p "$units/graphical.target.wants"
ln -sf ../door.service "$units/graphical.target.wants/door.service"
