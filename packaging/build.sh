#!/bin/sh
# Debian packages of the committed state: packaging/build.sh SUITE ARCH [VERSION]       (root, debootstrap; `make deb` for all)
#   SUITE bookworm or trixie, ARCH amd64 or arm64. Packages come to stand in dist/SUITE/.
# Built in a bare root of that release, without a network: every wheel is fetched before, by its hash. arm64 needs no
# emulation, for nothing is compiled: wheels are chosen for the processor, and bytecode is the same on all of them.
set -eu
cd "$(dirname "$0")/.."
suite="${1:?suite}" arch="${2:?architecture}"
version="${3:-$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' broker/__init__.py)}"
cache="$PWD/.cache/deb" root="$PWD/.cache/deb/$suite"
say() { printf 'deb: %s\n' "$*"; }

case "$suite" in
    bookworm) release=12 glibc=36 ;;
    trixie) release=13 glibc=41 ;;
    *) echo "deb: $suite is not a release we build for (bookworm, trixie)" >&2; exit 2 ;;
esac
case "$arch" in
    amd64) machine=x86_64 ;;
    arm64) machine=aarch64 ;;
    *) echo "deb: $arch is not an architecture we build for (amd64, arm64)" >&2; exit 2 ;;
esac
mkdir -p "$cache"
# One build in a root at a time.
exec 9>"$cache/$suite.lock"
flock 9
tools/debian_root.sh "$suite" "$root" python3,ca-certificates
if [ ! -e "$root/.belbord-build-tools" ]; then
    say "installing what builds and checks packages in the $suite root"
    for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
        [ -e "$file" ] && cp -L "$file" "$root$file"
    done
    chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -ec 'apt-get -qq update
        apt-get -qq install -y --no-install-recommends python3-venv debhelper fakeroot lintian >/tools.log 2>&1 || {
            tail /tools.log >&2; exit 1; }'
    touch "$root/.belbord-build-tools"
fi
python=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
epoch=$(git log -1 --format=%ct)

work="$root/build"
rm -rf "$work"
mkdir -p "$work"
git archive --prefix=belbord/ HEAD | tar -x -C "$work"
source="$work/belbord"
cp -R "$source/packaging/debian" "$source/debian"
printf '%s\n' "$machine" > "$source/debian/machine"
printf 'belbord (%s+deb%s) %s; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' \
    "$version" "$release" "$suite" "The Belbord authors <authors@belbord.example>" \
    "$(date --utc --rfc-email --date="@$epoch")" > "$source/debian/changelog"

platforms="" minor=17
while [ "$minor" -le "$glibc" ]; do
    platforms="--platform manylinux_2_${minor}_$machine $platforms"
    minor=$((minor + 1))
done
printf '%s--platform manylinux2014_%s\n' "$platforms" "$machine" > "$source/debian/platforms"
for part in desk host; do
    wheels="$cache/wheels/$part-$python-$arch"
    lock="requirements/$part.lock"
    [ "$part" = desk ] && lock="requirements/pi.lock"
    want=$(sha256sum < "$lock")
    if [ "$(cat "$wheels/.complete" 2>/dev/null)" != "$want" ]; then
        say "fetching the wheels of $lock for Python $python on $arch"
        rm -rf "$wheels"
        # shellcheck disable=SC2086  # a list of options, split on purpose
        .venv/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --requirement "$lock" \
            --python-version "$python" --only-binary :all: $platforms --platform "manylinux2014_$machine" --dest "$wheels"
        printf '%s\n' "$want" > "$wheels/.complete"
    fi
    mkdir -p "$source/wheels"
    cp -R "$wheels" "$source/wheels/$part"
done
sed -i "s/^__version__ = .*/__version__ = \"$version\"/" "$source/broker/__init__.py"
SOURCE_DATE_EPOCH="$epoch" .venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
    --no-build-isolation --wheel-dir "$source/wheels/own" "$source"

say "building $version for $suite on $arch"
unshare --mount --net --pid --fork --kill-child sh -c '
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp" &&
    exec chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$3" \
        DEB_BUILD_OPTIONS="noautodbgsym nostrip" \
        sh -ec "cd /build/belbord && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps --host-arch=$2 >../build.log 2>&1 ||
            { tail -n 30 ../build.log >&2; exit 1; }"' build "$root" "$arch" "$epoch"
mkdir -p "dist/$suite"
cp "$work"/*.deb "dist/$suite/"
(cd "dist/$suite" && sha256sum ./*_"$version+deb${release}_$arch".deb)
