#!/usr/bin/env bash
# test.sh: all tests, and at the end what was skipped and why. The race detector
# watches what runs goroutines; scrub and what is below it start none, and would only
# take ten times as long.
set -euo pipefail
cd "$(dirname "$0")/.."

pure=() racing=()
while read -r p; do
  case $p in
    untag/scrub | untag/scrub/* | untag/samples | untag/samples/* | untag/bench) pure+=("$p") ;;
    *) racing+=("$p") ;;
  esac
done < <(go list ./...)
test() { go tool -modfile=.ci/tools.mod gotestsum --format pkgname -- "$@"; }
echo "go test: ${#pure[@]} packages"
test -timeout 40m "${pure[@]}"
echo "go test -race: ${#racing[@]} packages"
CGO_ENABLED=1 test -race -timeout 20m "${racing[@]}"
