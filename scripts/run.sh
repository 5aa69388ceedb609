#!/usr/bin/env bash
# run.sh [DRIVE]: inspect, clean and verify a drive or folder with untag. Without
# one it makes a small drive full of marked media, has untagd clean it and what is
# copied to it meanwhile, and searches the raw image for the marks.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/bin demo=$PWD/build/demo

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# First lines of a long listing; the rest is counted.
short() { awk -v most="$1" 'NR <= most {print} END {if (NR > most) printf "... and %d more lines\n", NR - most}'; }

# show LINES ARGS...: what untag says. Its exit code becomes that of the function.
show() {
  local code=0 lines=$1
  shift
  echo "\$ untag $*"
  "$bin/untag" "$@" 2>&1 | short "$lines" || code=$?
  echo "(exit code $code)"
  return $code
}

# A drive of one's own: the exit code is that of the last look.
clean() {
  say "What the files on it tell"
  show 60 inspect "$1" || true
  say "Cleaning"
  show 40 scrub "$1" || true
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

unmount() { if mountpoint -q "$demo/drive"; then root umount "$demo/drive"; fi; }

make_drive() {
  mkdir -p "$demo/drive"
  unmount
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

# Planted marks in the image or folder, as ASCII or UTF-16.
marks() {
  { LC_ALL=C grep -raoP 'C\x00?A\x00?N\x00?A\x00?R\x00?Y\x00?-' "${image:-$demo/drive}" || true; } | wc -l
}

# until_clean PATH: untagd has cleaned what is there.
until_clean() {
  for _ in {1..180}; do
    if "$bin/untag" verify -q "$1" &>/dev/null; then return; fi
    if ! kill -0 "$untagd" 2>/dev/null; then break; fi
    sleep 1
  done
  echo "run.sh: untagd did not clean $1" >&2
  return 1
}

watch() {
  say "untagd at work"
  echo "\$ untagd --drive drive"
  : >untagd.toml # and not what this machine is set to
  "$bin/untagd" --config untagd.toml --drive drive --bus none --require-sandbox=false &
  untagd=$!
  until_clean drive
  say "The drive is clean. A photo is copied to it"
  echo "\$ cp photo.jpg drive/copied.jpg"
  cp photo.jpg drive/copied.jpg
  until_clean drive/copied.jpg
  say "The copy is clean as well"
  if [[ -t 0 ]]; then
    echo "Copy photos or videos to $demo/drive and look. Enter ends the demonstration."
    read -r || true
  fi
  kill "$untagd" 2>/dev/null || true
  wait "$untagd"
}

finish() {
  kill "$untagd" 2>/dev/null || true
  wait
  rm -f "$demo/photo.jpg" "$demo/untagd.toml"
  unmount
}

if (( $# > 0 )); then
  clean "$1"
  exit
fi

image='' untagd=''
scripts/packages.sh demo || echo "(the demonstration goes on without)"
say "Making a demonstration drive"
make_drive
trap finish EXIT
go run ./samples/mkdrive "$demo/drive"
cd "$demo"
cp drive/DCIM/100MEDIA/IMG_0001.JPG photo.jpg
sync -f drive
echo "planted marks in the ${image:+raw image of the }drive: $(marks)"
say "What the files on it tell"
show 60 inspect drive || true
watch
say "Is it clean?"
show 40 verify drive || true
if [[ -n $image ]]; then
  say "Unmounting, and searching the raw image"
  unmount
fi
left=$(marks)
echo "planted marks left in the ${image:+raw image of the }drive: $left"
[[ $left == 0 ]]
