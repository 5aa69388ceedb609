#!/usr/bin/env bash
# version.sh [epoch]: the version of what is here, or the time that it is of, in
# seconds. A tag v1.2.3 is that version; anything else comes before the one in the
# file VERSION, later ones after earlier ones, for dpkg and rpm too. Works in a
# checkout, in what git archive makes of one, and in a copy that tells nothing.
# SOURCE_DATE_EPOCH, if set, is the time.
set -euo pipefail
cd "$(dirname "$0")/.."
archived='$Format:%H %ct %D$'

if [[ $archived != *Format:* ]]; then
  read -r hash epoch names <<<"$archived"
  tag=$(grep -oP 'tag: v\K[^,]+' <<<"$names" | head -n 1) || true
  dirty=
elif [[ -e .git ]] && hash=$(git rev-parse HEAD 2>/dev/null); then
  epoch=$(git log -1 --format=%ct)
  tag=$(git tag --points-at HEAD 'v[0-9]*' | head -n 1 | sed 's/^v//')
  dirty=$(git status --porcelain --untracked-files=no)
else
  hash='' epoch=$(date -r VERSION +%s) tag=$(<VERSION) dirty=
fi
epoch=${SOURCE_DATE_EPOCH:-$epoch}
if [[ ${1:-} == epoch ]]; then
  echo "$epoch"
elif [[ -n $tag && -z $dirty ]]; then
  echo "$tag"
else
  echo "$(<VERSION)~dev$(date -u -d "@$epoch" +%Y%m%d%H%M%S).${hash:0:12}${dirty:+.changed}"
fi
