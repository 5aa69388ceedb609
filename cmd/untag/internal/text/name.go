package text

import (
	"fmt"
	"strings"
	"unicode"
)

// Name returns the name of a file so that it can be pasted into a shell, and no
// terminal obeys it: as it is if it is plain, else between quotes, and as $'...'
// (POSIX 2024; bash, zsh, ksh, busybox) where something in it does not print.
func Name(s string) string {
	plain, prints := s != "", true
	for i, r := range s {
		switch {
		case r == unicode.ReplacementChar || !unicode.IsPrint(r): // not UTF-8, most likely
			prints = false
		case !isPlain(r, i):
			plain = false
		}
	}
	// Else it would be an option, in the hands of most programs.
	if strings.HasPrefix(s, "-") && s != "-" {
		return Name("./" + s)
	}
	switch {
	case !prints:
		return dollar(s)
	case plain:
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// isPlain tells whether no shell gives a meaning to r at that place of a word.
func isPlain(r rune, at int) bool {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune("/._-+:@%,", r):
		return true
	}
	return r == '=' && at > 0
}

// dollar escapes bytes in octal digits: three of them are never misread, as \x1b
// before a digit is by some shells.
func dollar(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i, r := range s {
		switch n := len(string(r)); {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], string(r)):
			fmt.Fprintf(&b, `\%03o`, s[i])
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}
