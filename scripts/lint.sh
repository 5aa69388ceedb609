#!/usr/bin/env bash
# lint.sh: formatting, go vet and staticcheck; the tools' versions are pinned in .ci/tools.mod.
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
echo "staticcheck"
go tool -modfile=.ci/tools.mod staticcheck -tags e2e ./...
