#!/usr/bin/env bash
# test-arm.sh [REGEXP]: tests what needs no real kernel as 32-bit ARM runs it, where an
# int has 32 bits: the packages whose paths match, all of scrub and what untag counts
# and decides with unless told otherwise. Emulation takes long: what has a short
# version is run in that.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-'^untag/(scrub|platform/(config|lang|page|walk)|cmd/untag/internal)'}

if ! command -v qemu-arm-static >/dev/null; then
  echo "test-arm.sh: qemu-arm-static is not there (Debian: qemu-user-static)" >&2
  exit 1
fi
mapfile -t packages < <(CGO_ENABLED=0 GOARCH=arm go list ./... | grep -E "$want")
echo "go test for arm: ${#packages[@]} packages"
CGO_ENABLED=0 GOARCH=arm GOARM=6 go test -short -timeout 40m -exec qemu-arm-static "${packages[@]}"
