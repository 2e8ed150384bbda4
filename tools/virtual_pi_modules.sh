#!/bin/sh
# Runs inside the build root of virtual_pi_image.sh: gpio-sim.ko and irq_sim.ko for Debian's own kernel.
#   out: /root/modules/KERNEL/*.ko
set -eu
headers=$(echo /usr/src/linux-headers-*-amd64)
version="${headers#/usr/src/linux-headers-}"
source=linux-source-6.1
work=/root/gpio-sim
rm -rf "$work" /root/modules
mkdir -p "$work" "/root/modules/$version"
tar -xJf "/usr/src/$source.tar.xz" -C "$work" --strip-components=3 \
    "$source/drivers/gpio/gpio-sim.c" "$source/drivers/gpio/gpiolib.h" "$source/kernel/irq/irq_sim.c"
cd "$work"
# irq_to_desc() is not exported to modules; generic_handle_irq() is, and does the same here.
sed -i 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/; 1i #include <linux/module.h>' irq_sim.c
echo 'MODULE_LICENSE("GPL");' >>irq_sim.c
echo 'obj-m := irq_sim.o gpio-sim.o' >Kbuild
make -C "$headers" M="$work" modules
strip --strip-debug ./*.ko
cp gpio-sim.ko irq_sim.ko "/root/modules/$version/"
