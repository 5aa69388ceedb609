#!/usr/bin/env bash
# run.sh [DRIVE]: inspect, clean and verify a drive or folder. Without one it
# makes a small drive full of marked media, cleans that, and searches the raw
# image for the marks.
set -euo pipefail
cd "$(dirname "$0")/.."
untag=$PWD/bin/untag
demo=$PWD/build/demo

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# First lines of a long listing; the rest is counted.
short() { awk -v most="$1" 'NR <= most {print} END {if (NR > most) printf "... and %d more lines\n", NR - most}'; }

# A drive with something on it is not an error, so the exit code is shown, not obeyed.
show() {
  local code=0 lines=$1
  shift
  echo "\$ untag $*"
  "$untag" "$@" 2>&1 | short "$lines" || code=$?
  echo "(exit code $code)"
  return 0
}

job() {
  say "What the files on it tell"
  show 60 inspect "$1"
  say "Is it clean?"
  show 15 verify "$1"
  say "Cleaning"
  show 40 scrub "$1"
  say "Is it clean now?"
  show 40 verify "$1"
}

root() {
  if [[ $(id -u) == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo -n "$@"
  else echo "$1 needs root" >&2; return 1; fi
}

# mounted FS: a fresh image with that file system is at $demo/drive.
mounted() {
  rm -f "$demo/drive.img"
  truncate -s 256M "$demo/drive.img"
  case $1 in
    vfat) mkfs.vfat -F 32 "$demo/drive.img" >/dev/null && root mount -o "loop,uid=$(id -u)" "$demo/drive.img" "$demo/drive" ;;
    ext4) mkfs.ext4 -qF -E "root_owner=$(id -u):$(id -g)" "$demo/drive.img" && root mount -o loop "$demo/drive.img" "$demo/drive" ;;
  esac
}

# Marks in the image or folder, as ASCII or UTF-16.
marks() {
  { LC_ALL=C grep -raoP 'C\x00?A\x00?N\x00?A\x00?R\x00?Y\x00?-' "$1" || true; } | wc -l
}

make_drive() {
  mkdir -p "$demo/drive"
  if mountpoint -q "$demo/drive"; then root umount "$demo/drive"; fi
  rm -rf "$demo/drive"
  mkdir -p "$demo/drive"
  for fs in vfat ext4; do
    if mounted $fs 2>"$demo/mount.log"; then
      echo "an image of 256 MB with $fs, mounted as a drive"
      image=$demo/drive.img
      return
    fi
    echo "no image with $fs: $(head -n 1 "$demo/mount.log")"
  done
  rm -f "$demo/drive.img"
  echo "so a plain folder stands in for the drive"
}

if (( $# > 0 )); then
  job "$1"
  exit
fi

scripts/packages.sh demo || echo "(the demo goes on without)"
image=''
say "Making a demo drive"
make_drive
trap 'if mountpoint -q "$demo/drive"; then root umount "$demo/drive"; fi' EXIT
go run ./samples/mkdrive "$demo/drive"
sync -f "$demo/drive"
echo "planted marks in the ${image:+raw image of the }drive: $(marks "${image:-$demo/drive}")"
cd "$demo"
job drive
cd - >/dev/null
if [[ -n $image ]]; then
  say "Unmounting, and searching the raw image"
  root umount "$demo/drive"
fi
left=$(marks "${image:-$demo/drive}")
echo "planted marks left in the ${image:+raw image of the }drive: $left"
[[ $left == 0 ]]
