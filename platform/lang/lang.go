// Package lang says texts for people in their language. English is what stands in
// the source and is the key; the other languages are gettext catalogues in po.
//
//	lang.T("%s is clean", name)
//	lang.N("%d file cleaned", "%d files cleaned", n)
//
// Logs, JSON, exit codes and what goes over D-Bus are for programs and stay as they
// are. After a text was added or changed, "make texts" brings it into the catalogues.
package lang

import (
	"embed"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/leonelquinteros/gotext"
)

//go:embed po/*.po
var catalogues embed.FS

// chosen is nil for English.
var chosen atomic.Pointer[gotext.Po]

// unformatted has gotext look a text up and leave its verbs alone.
var unformatted []any

// Choose takes the language that an environment asks for, as gettext(3) does: the
// first of LC_ALL, LC_MESSAGES and LANG that is set tells whether there is one, and
// LANGUAGE lists what is preferred to it. It returns "en" or the catalogue's name.
// Programs call it once, before they say anything; until then, and where getenv is
// nil, all is English.
func Choose(getenv func(string) string) string {
	for _, name := range wanted(getenv) {
		if name == "en" {
			break
		}
		if po, err := catalogues.ReadFile("po/" + name + ".po"); err == nil {
			catalogue := gotext.NewPo()
			catalogue.Parse(po)
			chosen.Store(catalogue)
			return name
		}
	}
	chosen.Store(nil)
	return "en"
}

// Name is that of the language, as pages and desktops write it.
func Name() string {
	if c := chosen.Load(); c != nil {
		return c.Language
	}
	return "en"
}

// wanted lists languages, without countries, best first.
func wanted(getenv func(string) string) (names []string) {
	if getenv == nil {
		return nil
	}
	var locale string
	for _, variable := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = getenv(variable); locale != "" {
			break
		}
	}
	name, codeset, _ := strings.Cut(locale, ".")
	codeset, _, _ = strings.Cut(codeset, "@")
	switch c := strings.ToLower(strings.ReplaceAll(codeset, "-", "")); {
	case name == "", name == "C", name == "POSIX":
		return nil
	case c != "" && c != "utf8":
		return nil // such a terminal shows nothing but ASCII rightly
	}
	for _, l := range append(strings.Split(getenv("LANGUAGE"), ":"), locale) {
		if end := strings.IndexAny(l, "_.@"); end >= 0 {
			l = l[:end]
		}
		if l != "" {
			names = append(names, l)
		}
	}
	return names
}

// T is fmt.Sprintf in the language of whoever reads: format is a literal, and "%%"
// stands for a percent sign even where there are no args.
func T(format string, args ...any) string {
	c := chosen.Load()
	if c == nil {
		return fmt.Sprintf(format, args...)
	}
	return fmt.Sprintf(c.Get(format, unformatted...), args...)
}

// N is T for a number of things. one and many are literals with the same verbs, of
// which the first is for n itself; args are the others.
func N[I int | int64](one, many string, n I, args ...any) string {
	format := many
	if c := chosen.Load(); c != nil {
		format = c.GetN(one, many, int(min(n, 1<<31-1)))
	} else if n == 1 {
		format = one
	}
	return fmt.Sprintf(format, append([]any{n}, args...)...)
}

// Text is a text that is written down before the language is known, as in a table.
// String translates it.
type Text struct{ key string }

// Mark makes a Text of a literal. Where it has verbs, [Known] knows what is made of
// it by fmt, and String is of no use. Marks are made before the program begins.
func Mark(literal string) Text {
	if strings.Contains(literal, "%") {
		patterns = append(patterns, pattern{literal, shape(literal)})
	}
	return Text{literal}
}

func (t Text) String() string {
	if c := chosen.Load(); c != nil {
		return c.Get(t.key, unformatted...)
	}
	return t.key
}
