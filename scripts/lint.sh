#!/usr/bin/env bash
# lint.sh: formatting, go vet and staticcheck; the tools' versions are pinned in .ci/tools.mod.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "gofmt"
files=$(git ls-files --cached --others --exclude-standard '*.go' | while read -r f; do [[ ! -f $f ]] || echo "$f"; done)
wrong=$(gofmt -l $files)
if [[ -n $wrong ]]; then
  echo "gofmt would change:" $wrong >&2
  exit 1
fi
echo "go vet"
go vet ./...
echo "staticcheck"
go tool -modfile=.ci/tools.mod staticcheck ./...
