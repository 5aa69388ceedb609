#!/usr/bin/env bash
# test-arm.sh [PACKAGES [TESTS]]: tests what needs no real kernel as 32-bit ARM runs it,
# where an int has 32 bits: the packages and tests that match, all of scrub and what
# untag counts, decides and says unless told otherwise. Emulation takes ten times as
# long: what has a short version is run in that.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-'^untag/(scrub|platform/(config|exclude|lang|output|page|state|walk)|cmd/untag/internal)'} tests=${2:-.}

if ! command -v qemu-arm-static >/dev/null; then
  echo "test-arm.sh: qemu-arm-static is not there (Debian: qemu-user-static)" >&2
  exit 1
fi
mapfile -t packages < <(CGO_ENABLED=0 GOARCH=arm go list ./... | grep -E "$want")
echo "go test for arm: ${#packages[@]} packages"
CGO_ENABLED=0 GOARCH=arm GOARM=6 go test -short -timeout 60m -run "$tests" -exec qemu-arm-static "${packages[@]}"
