package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// styles are the elements that style text in SubRip, WebVTT, TTML and SAMI.
// Those of others, such as <trkpt lat="…">, are what the text says.
var styles = []string{"b", "i", "u", "s", "c", "v", "k", "p", "br", "em", "font", "ruby", "rt", "lang", "span", "strong"}

// Plain returns what of text is shown: without the tags of SubRip and WebVTT,
// times of karaoke among them, without the codes and drawings of Advanced
// SubStation, with one space for any white space, and with the decimal digits of
// all scripts as 0 to 9.
func Plain(text string) string {
	var out strings.Builder
	space, drawing := false, false
	for i := 0; i < len(text); {
		if n := code(text[i:]); n > 0 {
			drawing = draws(text[i:i+n], drawing)
			space = true
			i += n
			continue
		}
		if n := tag(text[i:]); n > 0 {
			space = true
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch {
		case drawing || unicode.IsSpace(r):
			space = true
			continue
		case space && out.Len() > 0:
			out.WriteByte(' ')
		}
		space = false
		if d, ok := digit(r); ok {
			r = '0' + rune(d)
		}
		out.WriteRune(r)
	}
	return out.String()
}

// code returns the length of the override code {\…}, {=…} or {*…} that s starts
// with, 0 without one.
func code(s string) int {
	if s[0] != '{' {
		return 0
	}
	n := 1 + strings.IndexAny(s[1:], "{}")
	if n < 2 || s[n] == '{' || s[1] != '=' && s[1] != '*' && !strings.Contains(s[1:n], `\`) {
		return 0
	}
	return n + 1
}

// draws tells whether the text after an override code is a drawing: \p1 and
// above begin one, \p0 ends it.
func draws(code string, drawing bool) bool {
	for i := range len(code) - 2 {
		if code[i] == '\\' && code[i+1] == 'p' && code[i+2] >= '0' && code[i+2] <= '9' {
			drawing = code[i+2] != '0'
		}
	}
	return drawing
}

// tag returns the length of the tag of a style, or of a time <00:01.000>, that s
// starts with, 0 without one.
func tag(s string) int {
	if s[0] != '<' {
		return 0
	}
	n := 1 + strings.IndexAny(s[1:], "<>")
	if n < 2 || s[n] == '<' {
		return 0
	}
	name := strings.TrimPrefix(s[1:n], "/")
	if end := strings.IndexAny(name, " \t\n\r.=/"); end >= 0 && (name == "" || name[0] < '0' || name[0] > '9') {
		name = name[:end]
	}
	if !slices.Contains(styles, strings.ToLower(name)) && (name == "" || strings.Trim(name, "0123456789:.") != "") {
		return 0
	}
	return n + 1
}
