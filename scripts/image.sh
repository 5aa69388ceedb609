#!/usr/bin/env bash
# image.sh [ARCH...]: an image for containers (OCI), with the static untag alone: no shell,
# no root, nothing to write to. Into build/image, an archive for each processor (amd64 and
# arm64), for skopeo copy oci-archive:FILE docker://REGISTRY/untag:TAG, podman load, ctr image
# import. Needs no daemon; the same sources make the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/build/image
VERSION=${VERSION:-$(scripts/version.sh)}
SOURCE_DATE_EPOCH=$(scripts/version.sh epoch)
export VERSION LC_ALL=C TZ=UTC
date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
tag=${VERSION//[^A-Za-z0-9._-]/-} # of which references are made
umask 022

# packed FILE FOLDER NAME...: a tar whose bytes tell nothing of this machine.
packed() {
  local to=$1 from=$2
  shift 2
  tar -C "$from" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -cf "$to" "$@"
}

root() {
  make --no-print-directory -s build BIN="$1/bin" VERSION="$VERSION"
  install -D -m 755 -t "$1/root/usr/bin" "$1/bin/untag"
  install -D -m 644 -t "$1/root/usr/share/doc/untag" LICENSE
  scripts/notices.sh >"$1/root/usr/share/doc/untag/third-party.txt"
  install -d "$1/root/etc"
  echo 'untag:x:65532:65532::/:/usr/bin/untag' >"$1/root/etc/passwd"
  echo 'untag:x:65532:' >"$1/root/etc/group"
}

image() {
  local work=$PWD/build/image-$1 layout
  layout=$work/layout
  export GOARCH=$1
  rm -rf "$work"
  mkdir -p "$work"
  root "$work"
  packed "$work/layer.tar" "$work/root" etc usr
  umoci init --layout "$layout"
  umoci new --image "$layout:$tag"
  umoci raw add-layer --image "$layout:$tag" --history.created "$date" --history.created_by "make image" "$work/layer.tar"
  umoci config --image "$layout:$tag" --no-history --created "$date" --architecture "$1" --os linux \
    --config.user 65532:65532 --config.workingdir / --config.entrypoint /usr/bin/untag --config.env PATH=/usr/bin \
    --config.label org.opencontainers.image.title=untag --config.label "org.opencontainers.image.version=$VERSION" \
    --config.label org.opencontainers.image.licenses=Apache-2.0
  umoci gc --layout "$layout"
  packed "$out/untag-$tag-$1.oci.tar" "$layout" blobs index.json oci-layout
}

rm -rf "$out"
mkdir -p "$out"
if (($# == 0)); then set -- amd64 arm64; fi
for arch in "$@"; do (image "$arch"); done
(cd "$out" && sha256sum -- *.tar >SHA256SUMS && cat SHA256SUMS)
