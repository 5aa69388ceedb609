// Package exclude tells which files are left out, by patterns as gitignore(5) writes
// them: * and ? match within a name, ** across folders, a slash ties a pattern to the
// root, one at the end is for folders only, ! takes back what an earlier one said, and
// the last that matches decides. Unlike git, ? is one character, however many bytes it
// has, and what can't match anything is an error.
package exclude

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// List is patterns in their order. The zero value leaves out nothing.
type List struct{ patterns []pattern }

type pattern struct {
	glob     string // as doublestar writes it
	back     bool   // what it matches is not left out
	folders  bool   // it matches folders only
	anchored bool   // it is held against the path, and not against the name
}

// Add adds a pattern. Empty lines and comments are none, and are no error.
func (l *List) Add(line string) error {
	p, err := parse(line)
	if err != nil {
		return fmt.Errorf("%q: %w", line, err)
	}
	if p.glob != "" {
		l.patterns = append(l.patterns, p)
	}
	return nil
}

// Read adds the patterns of a file, one a line. The error tells the line.
func (l *List) Read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // as editors on Windows begin a file
		}
		if err := l.Add(text); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

// Empty tells whether there are no patterns.
func (l *List) Empty() bool { return len(l.patterns) == 0 }

// Has tells whether the file or folder at rel is left out, if no folder that it lies in is.
func (l *List) Has(rel string, folder bool) bool {
	name := path.Base(rel)
	for i := len(l.patterns) - 1; i >= 0; i-- {
		p := &l.patterns[i]
		if p.folders && !folder {
			continue
		}
		at := name
		if p.anchored {
			at = rel
		}
		if doublestar.MatchUnvalidated(p.glob, at) {
			return !p.back
		}
	}
	return false
}

func parse(line string) (p pattern, err error) {
	s := trim(line)
	if s == "" || s[0] == '#' {
		return p, nil
	}
	s, p.back = strings.CutPrefix(s, "!")
	s, p.folders = strings.CutSuffix(s, "/")
	p.anchored = strings.Contains(s, "/")
	p.glob, err = glob(strings.TrimPrefix(s, "/"))
	if strings.HasSuffix(p.glob, "/**") {
		p.glob += "/*" // all that is in it, and not the folder itself
	}
	if err == nil && !doublestar.ValidatePattern(p.glob) {
		err = doublestar.ErrBadPattern
	}
	return p, err
}

// trim takes off spaces at the end that no backslash stands before.
func trim(s string) string {
	for strings.HasSuffix(s, " ") {
		head := s[:len(s)-1]
		if slashes := len(head) - len(strings.TrimRight(head, `\`)); slashes%2 == 1 {
			break
		}
		s = head
	}
	return s
}

// classes are those that may stand in brackets.
var classes = strings.NewReplacer(
	"[:alnum:]", "a-zA-Z0-9", "[:alpha:]", "a-zA-Z", "[:blank:]", " \t", "[:digit:]", "0-9", "[:lower:]", "a-z",
	"[:space:]", " \t\n\v\f\r", "[:upper:]", "A-Z", "[:xdigit:]", "0-9a-fA-F",
)

// glob writes a pattern as doublestar does, which knows alternatives in braces and no
// names of classes.
func glob(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '*': // three are as good as two
			if !strings.HasPrefix(s[i:], "***") {
				b.WriteByte(c)
			}
		case '{', '}':
			b.WriteString(`\` + string(c))
		case '\\':
			if i++; i == len(s) {
				return "", fmt.Errorf(`a \ at the end escapes nothing`)
			}
			b.WriteString(s[i-1 : i+1])
		case '[':
			end := bracket(s[i:])
			if end < 0 {
				return "", fmt.Errorf("a [ without ]")
			}
			class := classes.Replace(s[i : i+end])
			switch {
			case strings.Contains(class, "[:"):
				return "", fmt.Errorf("an unknown class in %s", class)
			case strings.Contains(class, "/"):
				return "", fmt.Errorf("a / in %s, which matches none", class)
			}
			b.WriteString(firstEscaped(class))
			i += end - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// bracket is the length of the class that s begins with, -1 if it has no end. A ] at its
// beginning is one of its characters.
func bracket(s string) int {
	i := 1
	if i < len(s) && (s[i] == '!' || s[i] == '^') {
		i++
	}
	for first := i; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], "[:"):
			if end := strings.Index(s[i:], ":]"); end > 0 {
				i += end + 1
			}
		case s[i] == ']' && i > first:
			return i + 1
		}
	}
	return -1
}

// firstEscaped escapes a ] or - at the beginning of a class. No class matches a slash: it leaves
// it out of ranges that hold it, and adds it to what must not be.
func firstEscaped(class string) string {
	for _, open := range []string{"[!", "[^", "["} {
		rest, ok := strings.CutPrefix(class, open)
		if !ok {
			continue
		}
		if rest[0] == ']' || rest[0] == '-' {
			rest = `\` + rest
		}
		if open == "[" {
			return open + aroundSlash(rest)
		}
		return open + "/" + rest
	}
	return class
}

// aroundSlash leaves the slash out of ranges.
func aroundSlash(class string) string {
	var b strings.Builder
	for s := class; s != ""; {
		low, rest := character(s)
		b.WriteString(s[:len(s)-len(rest)])
		s = rest
		if len(s) < 2 || s[0] != '-' || s[1] == ']' {
			continue
		}
		high, rest := character(s[1:])
		if low < '/' && '/' < high {
			b.WriteString("-.0")
		}
		b.WriteString(s[:len(s)-len(rest)])
		s = rest
	}
	return b.String()
}

// character is the first of a class, without the backslash before it, and what follows.
func character(s string) (r rune, rest string) {
	if len(s) > 1 && s[0] == '\\' {
		s = s[1:]
	}
	r, n := utf8.DecodeRuneInString(s)
	return r, s[n:]
}
