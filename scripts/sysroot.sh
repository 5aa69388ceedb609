#!/usr/bin/env bash
# sysroot.sh ARCH: libudev of Debian 12 for another processor, to link untagd with, and
# print the folder that it is in. Nothing is installed on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
arch=$1
mirror=${UNTAG_MIRROR:-http://deb.debian.org/debian}
root=$PWD/build/sysroot-$arch

if [[ ! -e $root/done ]]; then
  rm -rf "$root"
  mkdir -p "$root"
  if ! mmdebstrap --quiet --variant=extract --architectures="$arch" --include=libudev-dev --aptopt='Acquire::Retries "3"' bookworm "$root" "$mirror" >&2; then
    echo "sysroot.sh: untagd for $arch can't be built here: $mirror does not give its libudev-dev" >&2
    rm -rf "$root"
    exit 1
  fi
  touch "$root/done"
fi
echo "$root"
