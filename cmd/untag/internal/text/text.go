// Package text puts numbers and hostile strings into words that are safe to
// show on a terminal.
package text

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"untag/platform/lang"
)

// Quote returns s as it is if every character of it is printable, and in Go
// syntax otherwise. Names on a stranger's drive may hold escape sequences that
// a terminal would obey, or marks that turn the direction of writing.
func Quote(s string) string {
	for _, r := range s {
		// The replacement character usually means that s is not UTF-8.
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return s
}

// Cut shortens s to at most n columns, leaving out its middle.
func Cut(s string, n int) string {
	if Columns(s) <= n {
		return s
	}
	if n < 3 {
		return ""
	}
	r := []rune(s)
	head, tail := (n-1)/2, n-1-(n-1)/2
	return string(take(r, head)) + "…" + string(takeLast(r, tail))
}

func take(r []rune, n int) []rune {
	for i := range r {
		if n -= columns(r[i]); n < 0 {
			return r[:i]
		}
	}
	return r
}

func takeLast(r []rune, n int) []rune {
	for i := len(r); i > 0; i-- {
		if n -= columns(r[i-1]); n < 0 {
			return r[i:]
		}
	}
	return r
}

// Bytes says n bytes in decimal units, as drives are sold.
func Bytes(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, unit := float64(n), 0
	for f >= 999.5 && unit < len(units)-1 {
		f, unit = f/1000, unit+1
	}
	if f < 9.95 {
		return fmt.Sprintf("%.1f %s", f, units[unit])
	}
	return fmt.Sprintf("%.0f %s", f, units[unit])
}

var units = [...]string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// Others says of n files that nobody looked at them: where there are any, not
// everything is clean that untag did not complain of.
func Others[N int | int64](n N) string {
	return lang.N("%d other file, which untag does not know, was not looked at", "%d other files, which untag does not know, were not looked at", n)
}

// Duration says d with the precision that people care for.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return lang.T("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return lang.T("%.1f s", d.Seconds())
	case d < time.Minute:
		return lang.T("%.0f s", d.Seconds())
	case d < time.Hour:
		return lang.T("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return lang.T("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// List joins the first most of items and says how many more there are.
func List(items []string, most int, sep string) string {
	if len(items) <= most {
		return strings.Join(items, sep)
	}
	return strings.Join(items[:most], sep) + sep + lang.N("and %d more", "and %d more", len(items)-most)
}
