#!/usr/bin/env bash
# package.sh [ARCH...]: a .deb and a .rpm of untag and untagd, a tarball of untag alone,
# and what they are made of (CycloneDX), for each processor (amd64 and arm64), and a
# tarball for 32-bit ARM; into build/packages. The same sources make the same bytes,
# wherever and whenever (with the same Go, and the C compiler of Debian 12).
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/build/packages
VERSION=${VERSION:-$(scripts/version.sh)}
SOURCE_DATE_EPOCH=$(scripts/version.sh epoch)
MAINTAINER=${MAINTAINER:-The authors of untag <maintainers@untag.invalid>}
export VERSION SOURCE_DATE_EPOCH MAINTAINER
export LC_ALL=C TZ=UTC
umask 022

# A tool's own bytes are in what it makes, so they must not depend on where it is.
tool() { GOOS='' GOARCH='' CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -trimpath" go tool -modfile=.ci/packages.mod "$@"; }

# What makes untagd for $ARCH: nothing special where that is this machine.
crossing() {
  local triplet root
  if [[ $ARCH == "$(go env GOHOSTARCH)" ]]; then return; fi
  case $ARCH in
    amd64) triplet=x86_64-linux-gnu ;;
    arm64) triplet=aarch64-linux-gnu ;;
    *) echo "package.sh: no packages are made for $ARCH" >&2; return 2 ;;
  esac
  if ! command -v $triplet-gcc >/dev/null; then
    echo "package.sh: untagd for $ARCH can't be built here: $triplet-gcc is not there (Debian: gcc-${triplet//_/-})" >&2
    return 1
  fi
  root=$(scripts/sysroot.sh "$ARCH") || return 1
  export CC=$triplet-gcc CGO_CFLAGS="-O2 -g -I$root/usr/include" CGO_LDFLAGS="-L$root/usr/lib/$triplet"
}

# Texts as a tree of /usr/share/doc/untag, but for what dpkg and rpm have own names for.
documents() {
  local doc=$1/usr/share/doc/untag
  install -D -m 644 -t "$doc" README.md
  install -D -m 644 -t "$doc/docs" docs/*.md
  install -D -m 644 -t "$doc/contrib/slurm" contrib/slurm/*
  install -D -m 644 -t "$doc/contrib/kubernetes" contrib/kubernetes/*
  install -D -m 644 -t "$doc/contrib/parallel" contrib/parallel/*
  rm -f "$doc"/docs/{testing,adding-a-format,architecture,for-developers}.md # for who has the sources
  install -m 644 platform/filemanager/README.md "$doc/file-managers.md"
  scripts/notices.sh >"$doc/third-party.txt"
  gzip -9n "$doc/third-party.txt" "$1"/usr/share/man/*/*
}

# contents ROOT FORMAT: the entries of nfpm for every file below ROOT.
contents() {
  find "$1" -type f -printf '/%P %m\n' | sort | while read -r path mode; do
    type='' # a plain file
    if [[ $2 == rpm && $path == /usr/share/@(doc|man)/* ]]; then type=doc; fi
    if [[ $2 == rpm && $path == /usr/share/licenses/* ]]; then type=license; fi
    printf -- '- {src: "%s", dst: "%s", type: "%s", file_info: {mode: 0%s, mtime: "%s"}}\n' "$1$path" "$path" "$type" "$mode" "$DATE"
  done
  for dir in /usr/libexec/untag /usr/share/doc/untag /usr/share/doc/untag/docs /usr/share/doc/untag/contrib{,/slurm,/kubernetes,/parallel} /usr/share/licenses/untag; do
    [[ ! -d $1$dir ]] || printf -- '- {dst: "%s", type: dir, file_info: {mode: 0755, mtime: "%s"}}\n' "$dir" "$DATE"
  done
}

# package deb|rpm: from what is staged in $WORK/root, and what that format adds.
package() {
  local root=$WORK/$1
  cp -a "$WORK/root" "$root"
  case $1 in
    deb)
      # Debian's shells look elsewhere, and its licences are in a file of their own.
      install -d "$root/usr/share/zsh/vendor-completions"
      mv "$root/usr/share/zsh/site-functions/_untag" "$root/usr/share/zsh/vendor-completions/"
      install -m 644 scripts/packaging/deb/copyright "$root/usr/share/doc/untag/"
      install -D -m 644 scripts/packaging/deb/overrides "$root/usr/share/lintian/overrides/untag"
      gzip -9nc CHANGELOG.md >"$root/usr/share/doc/untag/changelog.gz"
      ;;
    rpm)
      install -D -m 644 -t "$root/usr/share/licenses/untag" LICENSE
      mv "$root/usr/share/doc/untag/third-party.txt.gz" "$root/usr/share/licenses/untag/"
      install -m 644 CHANGELOG.md "$root/usr/share/doc/untag/"
      ;;
  esac
  # nfpm knows no variables in names of scripts and of the changelog.
  { sed "s|@WORK@|$WORK|" scripts/packaging/nfpm.yaml; echo contents:; contents "$root" "$1"; } >"$WORK/$1.yaml"
  tool nfpm package --config "$WORK/$1.yaml" --packager "$1" --target "$out/" >"$WORK/nfpm.log" 2>&1 ||
    { cat "$WORK/nfpm.log" >&2; return 1; }
}

tarball() {
  local name=untag-$VERSION-linux-$ARCH root=$WORK/tar
  install -D -m 755 -t "$root/$name" "$WORK/bin/untag"
  install -m 644 -t "$root/$name" LICENSE README.md CHANGELOG.md
  install -D -m 644 -t "$root/$name/man" docs/man/*.1
  install -D -m 644 -t "$root/$name/completions" "$WORK"/bin/completions/*
  scripts/notices.sh >"$root/$name/third-party.txt"
  tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -c "$name" | gzip -9n >"$out/$name.tar.gz"
}

# bill PROGRAM: what is in it, as found in the program itself.
bill() {
  tool cyclonedx-gomod bin -json -licenses -std -noserial -notimestamp -version "$VERSION" -output "$out/$1-$VERSION-$ARCH.cdx.json" "$WORK/bin/$1" 2>"$WORK/bill.log" ||
    { cat "$WORK/bill.log" >&2; return 1; }
}

all() {
  export ARCH=$1 GOARCH=$1 WORK=$PWD/build/package-$1
  echo "== $ARCH"
  rm -rf "$WORK"
  mkdir -p "$WORK"
  if [[ $ARCH == arm ]]; then
    make --no-print-directory -s build BIN="$WORK/bin" VERSION="$VERSION"
    tarball
    return
  fi
  crossing
  make --no-print-directory -s build daemon BIN="$WORK/bin" VERSION="$VERSION"
  BIN=$WORK/bin scripts/install.sh install "$WORK/root" /usr >/dev/null
  documents "$WORK/root"
  sed -e "s|@VERSION@|$VERSION|" -e "s|@DATE@|$DATE|" -e "s|@MAINTAINER@|$MAINTAINER|" scripts/packaging/changelog.yaml >"$WORK/changelog.yaml"
  package deb
  package rpm
  tarball
  bill untag
  bill untagd
}

DATE=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
rm -rf "$out"
mkdir -p "$out"
if (( $# == 0 )); then set -- amd64 arm64 arm; fi
for arch in "$@"; do (all "$arch"); done
(cd "$out" && sha256sum -- * >SHA256SUMS)
ls -l "$out"
