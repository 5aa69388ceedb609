#!/usr/bin/env bash
# completions.sh DIR: what shells need to complete untag's arguments, written by an
# untag for this machine, whatever machine one is being built for.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
for shell in bash zsh fish; do
  env -u GOOS -u GOARCH -u GOARM CGO_ENABLED=0 ${GO:-go} run -trimpath -buildvcs=false ./cmd/untag completion $shell >"$1/$shell"
done
