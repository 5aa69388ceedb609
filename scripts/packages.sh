#!/usr/bin/env bash
# packages.sh SET...: install the Debian packages of the named sets that are not
# there yet. Says nothing and asks no registry when all of them are.
set -euo pipefail

# What each set is there for, as package names.
packages() {
  case $1 in
    build) echo git ca-certificates ;;
    daemon) echo gcc libc6-dev libudev-dev ;;   # cgo: libudev, and the race detector
    demo) echo mount e2fsprogs dosfstools ;;
    test) echo libimage-exiftool-perl ffmpeg libbluray-bin python3 python3-pil mkvtoolnix flac sox vorbis-tools libjpeg-turbo-progs libheif-examples libavif-bin libraw-bin libtiff-tools libjxl-tools libopenjp2-tools librsvg2-bin imagemagick groff-base \
      mount e2fsprogs dosfstools exfatprogs exfat-fuse ntfs-3g fuse2fs btrfs-progs \
      dbus dbus-bin systemd chromium curl desktop-file-utils jq busybox-static dash shellcheck parallel ;; # real drives, as images; a bus; what judges the units; a browser; what judges entries of menus; jq; shells, and what judges their scripts; recipes
    e2e) echo qemu-system-x86 qemu-utils mmdebstrap debian-archive-keyring busybox-static kmod cpio xz-utils \
      mount mtools e2fsprogs dosfstools exfatprogs exfat-fuse ntfs-3g ;; # a machine, sticks, and what looks into them
    packages) echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross mmdebstrap debian-archive-keyring xz-utils ;;
    lint-packages) echo lintian rpmlint rpm cpio binutils desktop-file-utils qemu-user-static ;;
    slurm) echo slurm-wlm munge procps ;;
    parallel) echo parallel openssh-client openssh-server iproute2 ;;
    kubernetes) echo runc umoci jq ;;
    image) echo umoci ;;
    arm) echo qemu-user-static ;;
    bench) echo libimage-exiftool-perl ffmpeg libheif-examples libraw-bin mat2 exiv2 jhead mkvtoolnix id3v2 python3-mutagen ;;
    *) echo "packages.sh: no set is called $1" >&2; return 1 ;;
  esac
}

missing() {
  local p
  for p in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) == installed ]] || echo "$p"
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# A private archive folder: another apt may empty the common one at any time.
apt_install() {
  local archives
  archives=$(mktemp -d)
  mkdir -p "$archives/partial"
  chmod 755 "$archives"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 -o Dir::Cache::archives="$archives" \
    -o Binary::apt-get::APT::Keep-Downloaded-Packages=true -o APT::Keep-Downloaded-Packages=true \
    "$@" </dev/null || { as_root rm -rf "$archives"; return 1; }
  as_root rm -rf "$archives"
}

update() {
  as_root apt-get update -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 </dev/null
}

for set in "$@"; do
  if [[ $set == build ]]; then "$(dirname "$0")/need.sh" build; fi # which no package has
done
list=()
for set in "$@"; do
  read -ra some < <(packages "$set")
  list+=("${some[@]}")
done
if ! command -v apt-get >/dev/null; then
  echo "packages.sh: no apt-get here; make sure that these are installed: ${list[*]}" >&2
  exit 0
fi
mapfile -t want < <(missing "${list[@]}")
if (( ${#want[@]} == 0 )); then exit 0; fi
if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
  echo "packages.sh: neither root nor sudo here; install by hand: ${want[*]}" >&2
  exit 1
fi
echo "installing ${want[*]}"
# The lists that are there will do if they still lead to the packages.
if apt_install "${want[@]}" 2>/dev/null; then exit 0; fi
for try in 1 2 3 4 5; do
  if update && apt_install "${want[@]}"; then exit 0; fi
  echo "packages.sh: try $try failed" >&2
  sleep $((try * 10)) # another apt may hold the lists, for which there is no waiting
  as_root dpkg --configure -a </dev/null || true
  mapfile -t want < <(missing "${list[@]}")
  if (( ${#want[@]} == 0 )); then exit 0; fi
done
echo "packages.sh: could not install ${want[*]}" >&2
exit 1
