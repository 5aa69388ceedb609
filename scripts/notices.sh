#!/usr/bin/env bash
# notices.sh: the licences of everything by others that is linked into untag and
# untagd, as the modules bring them. GOARCH says for which processor; it fails if a
# module has none.
set -euo pipefail
cd "$(dirname "$0")/.."

modules() {
  # With the build constraints of each program.
  CGO_ENABLED=0 go list -deps -f "$1" ./cmd/untag
  CGO_ENABLED=1 go list -deps -f "$1" ./cmd/untagd
}

licence() {
  local files
  mapfile -t files < <(find "$2" -maxdepth 1 -type f \( -iname 'LICEN[CS]E*' -o -iname 'COPYING*' -o -iname 'NOTICE*' -o -iname 'PATENTS*' \) | LC_ALL=C sort)
  if (( ${#files[@]} == 0 )); then
    echo "notices.sh: $1 has no licence in $2" >&2
    return 1
  fi
  printf '\n%s\n%s\n' "$(printf '=%.0s' {1..79})" "$1"
  for file in "${files[@]}"; do
    printf '\n--- %s\n\n' "${file##*/}"
    cat "$file"
  done
}

cat <<'TEXT'
untag and untagd are licensed under the Apache License 2.0. They are linked with the
modules below; this is what those say of themselves.
TEXT
licence "Go, its standard library and runtime ($(go env GOVERSION))" "$(go env GOROOT)"
# shellcheck disable=SC2016 # for go list
modules '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' | LC_ALL=C sort -u | while read -r path version dir; do
  licence "$path $version" "$dir"
done
