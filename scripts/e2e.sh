#!/usr/bin/env bash
# e2e.sh REGEXP: the end-to-end tests whose names match: installs what was built
# into a folder, makes the guest unless it is there, and starts the tests.
# UNTAG_E2E_CACHE says where guests are kept.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $(id -u) != 0 ]]; then
  echo "e2e.sh: the end-to-end tests need root, to make a machine and to look into its drives: sudo make e2e" >&2
  exit 1
fi
for f in bin/untag bin/untagd; do
  if [[ ! -x $f ]]; then
    echo "e2e.sh: $f is not there: run make build daemon first" >&2
    exit 1
  fi
done
for program in qemu-system-x86_64 qemu-img mmdebstrap busybox mcopy mkfs.exfat mount.exfat-fuse ntfs-3g losetup; do
  if ! command -v "$program" >/dev/null; then
    echo "e2e.sh: $program is not there: see the set e2e in scripts/packages.sh" >&2
    exit 1
  fi
done
cache=${UNTAG_E2E_CACHE:-${XDG_CACHE_HOME:-/var/cache}/untag-e2e}
guest=$(e2e/guest/build.sh "$cache")

installed=$(mktemp -d)
trap 'rm -rf "$installed"' EXIT
chmod 755 "$installed"
scripts/install.sh install "$installed" /usr/local >/dev/null

# The package, and one that is older than any.
packages=$(mktemp -d)
trap 'rm -rf "$installed" "$packages"' EXIT
VERSION=$(scripts/version.sh)
export VERSION
deb=build/packages/untag_${VERSION}_amd64.deb
if [[ ! -f $deb || $VERSION == *.changed ]]; then scripts/package.sh amd64; fi
cp "$deb" "$packages/newer.deb"
dpkg-deb -R "$deb" "$packages/older"
sed -i 's/^Version: .*/Version: 0.0.1/' "$packages/older/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip -z1 -b "$packages/older" "$packages/older.deb" >/dev/null
CGO_ENABLED=0 go build -trimpath -o "$packages/clicker" ./e2e/clicker
UNTAG_E2E_GUEST=$guest UNTAG_E2E_INSTALLED=$installed UNTAG_E2E_PACKAGES=$packages go test -tags e2e -count=1 -v -timeout 40m -run "$1" ./e2e
