package text

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/width"
)

// Columns is how many columns s takes on a terminal.
func Columns(s string) (n int) {
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// columns of a character: none for marks, and for the vowels and finals of Hangul
// that is taken apart, as macOS writes names; two for wide scripts and emoji.
func columns(r rune) int {
	switch {
	case r >= 0x1160 && r < 0x1200, unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Pad fills s up to n columns.
func Pad(s string, n int) string { return Then(s, strings.Repeat(" ", max(0, n-Columns(s)))) }

// leftToRight is a mark that takes no column.
const leftToRight = "\u200e"

// Then returns s and what separates it from what follows. Where s is written from
// right to left, a terminal that heeds that would draw numbers and stops that
// follow into it; a mark ends it. It stands behind the first character of sep, so
// that it is not selected with a name.
func Then(s, sep string) string {
	if sep == "" || !strings.ContainsFunc(s, isRightToLeft) {
		return s + sep
	}
	return s + sep[:1] + leftToRight + sep[1:]
}

func isRightToLeft(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

// Table writes rows, each behind the indent, their cells in columns that are as wide
// as their widest.
func Table(w io.Writer, indent string, rows [][]string) error {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], Columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			if i < len(row)-1 {
				cell = Pad(cell, wide[i]+2)
			}
			line += cell
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
