#!/usr/bin/env bash
# lint.sh: formatting, go vet and staticcheck, and that untag can be built for other
# processors; the tools' versions are pinned in .ci/tools.mod.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "gofmt"
wrong=$(git ls-files -z --cached --others --exclude-standard '*.go' | while read -rd '' f; do [[ ! -f $f ]] || gofmt -l "$f"; done)
if [[ -n $wrong ]]; then
  printf 'gofmt would change:\n%s\n' "$wrong" >&2
  exit 1
fi
echo "go vet"
go vet ./...
go vet -tags e2e ./e2e/...
# Where an int has 32 bits, and where nothing was ever run; without what needs C.
mapfile -t pure < <(CGO_ENABLED=0 go list ./... | grep -v /cmd/untagd)
for arch in 386 arm; do
  echo "go vet for $arch"
  CGO_ENABLED=0 GOARCH=$arch go vet "${pure[@]}"
done
for arch in 386 arm arm64 riscv64; do # as for packages, which then need not compile it again
  echo "go build for $arch"
  CGO_ENABLED=0 GOARCH=$arch go build -trimpath -buildvcs=false -o /dev/null ./cmd/untag
done
echo "staticcheck"
go tool -modfile=.ci/tools.mod staticcheck -tags e2e ./...
