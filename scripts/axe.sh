#!/usr/bin/env bash
# axe.sh: have axe-core, which judges how accessible a page is, in build/, and print where.
# It is only used by tests (Mozilla Public License 2.0), and is no part of the programs.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.10.3
sum=880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb
file=build/axe-core-$version/axe.min.js
if [[ ! -s $file ]] || ! echo "$sum  $file" | sha256sum --check --status; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  curl --fail --silent --show-error --location --retry 3 --max-time 120 -o "$work/axe.tgz" "https://registry.npmjs.org/axe-core/-/axe-core-$version.tgz"
  tar -xzf "$work/axe.tgz" -C "$work" package/axe.min.js
  echo "$sum  $work/package/axe.min.js" | sha256sum --check --status || { echo "axe.sh: axe-core $version is not what it was" >&2; exit 1; }
  mkdir -p "$(dirname "$file")"
  mv "$work/package/axe.min.js" "$file"
fi
echo "$PWD/$file"
