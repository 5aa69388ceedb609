#!/bin/bash
# Bring the texts of the source into the catalogues of platform/lang/po: what is new
# has an empty msgstr, what is gone goes. Then fill in, and run the tests of platform/lang.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v msgmerge >/dev/null || { echo "texts.sh: needs msgmerge (Debian package gettext)" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${GO:-go}" run ./platform/lang/internal/pot . >"$work/untag.pot"
for po in platform/lang/po/*.po; do
	msgmerge --quiet --no-fuzzy-matching --no-wrap --sort-by-file -o "$work/merged.po" "$po" "$work/untag.pot"
	msgattrib --no-obsolete --no-wrap --sort-by-file -o "$work/new.po" "$work/merged.po"
	cmp -s "$work/new.po" "$po" || cp "$work/new.po" "$po"
	echo -n "$po: "
	msgfmt --check-header --statistics -o /dev/null "$po"
done
