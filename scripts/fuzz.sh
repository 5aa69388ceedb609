#!/usr/bin/env bash
# fuzz.sh TIME: every fuzz target in turn for TIME each (10s, 5m). Stops at the
# first that fails; the input is then under testdata/fuzz of its package.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:?usage: fuzz.sh TIME}

targets=()
while read -r dir; do
  while read -r name; do targets+=("$dir $name"); done < <(go test -list '^Fuzz' "$dir" | grep '^Fuzz' || true)
done < <(git ls-files --cached --others --exclude-standard '*_test.go' | xargs -r grep -ls '^func Fuzz' | xargs -r -n 1 dirname | sort -u | sed 's|^|./|')
if (( ${#targets[@]} == 0 )); then
  echo "fuzz.sh: there are no fuzz targets" >&2
  exit 1
fi
echo "fuzzing ${#targets[@]} targets for $time each"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for t in "${targets[@]}"; do
  read -r dir name <<<"$t"
  echo "== $dir $name"
  if ! go test -timeout 0 -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 1x "$dir" 2>&1 | tee "$log"; then
    # The end of the time is reported as a failure now and then, with no input to blame: go.dev/issue/75804.
    if grep -q 'Failing input written' "$log" || ! grep -q 'context deadline exceeded' "$log"; then exit 1; fi
    echo "(the time was up; no input failed)"
  fi
done
