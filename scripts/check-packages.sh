#!/usr/bin/env bash
# check-packages.sh: builds the packages once more, from what git archive gives and
# in another folder, and compares every byte; then has lintian, rpmlint and others
# judge them, and compares the .rpm with the .deb. Installs none.
set -euo pipefail
shopt -s extglob
cd "$(dirname "$0")/.."
here=$PWD
packages=$PWD/build/packages
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

say() { echo "== $*"; }
bad() { echo "check-packages.sh: $*" >&2; failed=1; }

again() {
  say "building once more, without git, in $tmp"
  mkdir "$tmp/again"
  git archive HEAD | tar -x -C "$tmp/again"
  mkdir -p build "$tmp/again/build"
  if ls -d build/sysroot-* &>/dev/null; then cp -a build/sysroot-* "$tmp/again/build/"; fi
  mapfile -t arches < <(ls "$packages"/*.deb | sed 's/.*_//; s/\.deb//')
  (cd "$tmp/again" && scripts/package.sh "${arches[@]}" >"$tmp/again.log" 2>&1) || { cat "$tmp/again.log" >&2; return 1; }
  diff "$packages/SHA256SUMS" "$tmp/again/build/packages/SHA256SUMS" ||
    bad "not the same bytes (the first are those of the checkout, with what is not committed)"
}

# lint TOOL ARGS...: shows what it says, and fails if it finds errors.
lint_deb() { lintian --allow-root --fail-on error "$1" || bad "lintian finds errors in ${1##*/}"; }

lint_rpm() {
  # nfpm's archives name files from the root on, and rpmlint has cpio unpack them there.
  mkdir -p "$tmp/bin"
  printf '#!/bin/sh\nexec /usr/bin/cpio --no-absolute-filenames "$@"\n' >"$tmp/bin/cpio"
  chmod 755 "$tmp/bin/cpio"
  PATH=$tmp/bin:$PATH rpmlint -c scripts/packaging/rpm/rpmlint.toml "$1" 2>/dev/null | tee "$tmp/rpmlint" | grep -v ' W: ' || true
  grep -q ' 0 errors' "$tmp/rpmlint" || bad "rpmlint finds errors in ${1##*/}"
}

unpack() {
  mkdir -p "$tmp/$2.deb" "$tmp/$2.rpm"
  dpkg-deb -x "$packages"/untag_*_"$1".deb "$tmp/$2.deb"
  rpm -K --nosignature "$packages"/untag-*."$2".rpm
  # nfpm's header has the size of the archive without its end, and rpm2cpio fails over
  # that when it has written all of it; the digests are right.
  (cd "$tmp/$2.rpm" && { rpm2cpio "$packages"/untag-*."$2".rpm || true; } | cpio --quiet --no-absolute-filenames -idm 2>/dev/null)
}

# The same files with the same modes and contents, but for what each has a name of
# its own for.
listing() {
  (cd "$1" && find . -type f -printf '%m %P\n' | sort -k 2 | while read -r mode path; do
    case $path in
      usr/share/doc/untag/@(copyright|changelog.gz|changelog.Debian.gz|CHANGELOG.md) | */third-party.txt.gz | usr/share/licenses/* | usr/share/lintian/*) continue ;;
    esac
    echo "$mode ${path/vendor-completions/site-functions} $(sha256sum <"$path")"
  done)
}

compare() {
  diff <(listing "$tmp/$1.deb") <(listing "$tmp/$1.rpm") || bad "the .deb and the .rpm for $1 are not of the same files"
  echo "$(listing "$tmp/$1.deb" | wc -l) files are the same in both for $1"
}

programs() {
  local untag=$tmp/$1.deb/usr/bin/untag untagd=$tmp/$1.deb/usr/bin/untagd newest
  if readelf -lW "$untag" | grep -q INTERP; then bad "untag for $1 is not static"; fi
  readelf -dW "$untagd" | grep -q 'Flags: NOW PIE' || bad "untagd for $1 is not a PIE with BIND_NOW"
  newest=$(objdump -T "$untagd" | grep -oP 'GLIBC_\K[0-9.]+' | sort -V | tail -n 1)
  grep -q "libc6 (>= $newest)" scripts/packaging/nfpm.yaml || bad "untagd for $1 needs libc6 $newest, which scripts/packaging/nfpm.yaml does not say"
  # Both start: on this machine, or under emulation.
  local version emulate=()
  version=$(basename "$packages"/untag_*_*.deb | sed 's/^untag_//; s/_.*//' | head -n 1)
  if [[ $1 == aarch64 ]]; then
    emulate=(qemu-aarch64-static -L "$here/build/sysroot-arm64")
  fi
  for program in "$untag" "$untagd"; do
    "${emulate[@]}" "$program" --version | grep -qF "$version" || bad "${program##*/} for $1 does not start, or is of another version"
  done
}

menus() {
  local file
  for file in "$tmp/$1".deb/usr/share/applications/*.desktop; do
    [[ ! -e $file ]] || desktop-file-validate "$file" || bad "$file"
  done
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]' \
    "$tmp/$1".deb/usr/libexec/untag/untag-on-files "$tmp/$1".deb/usr/share/nautilus-python/extensions/untag.py || bad "Python does not parse"
}

again
for deb in "$packages"/*.deb; do
  case $deb in *_amd64.deb) rpm=x86_64 ;; *) rpm=aarch64 ;; esac
  say "${deb##*/}"
  lint_deb "$deb"
  lint_rpm "$packages"/untag-*."$rpm".rpm
  unpack "$(basename "${deb##*_}" .deb)" "$rpm"
  compare "$rpm"
  programs "$rpm"
  menus "$rpm"
done
(( failed == 0 ))
