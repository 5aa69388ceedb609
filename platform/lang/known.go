package lang

import (
	"fmt"
	"regexp"
	"sync"
)

// pattern is a marked text with verbs, and what finds it in a text that was made.
type pattern struct {
	format string
	made   func() *regexp.Regexp
}

var patterns []pattern

var verbs = regexp.MustCompile(`%(\[[0-9]+\])?[a-zA-Z]`)

// shape matches what fmt makes of a format.
func shape(format string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("^" + verbs.ReplaceAllString(regexp.QuoteMeta(format), "(.+?)") + "$")
	})
}

// Known translates a text that was made where nobody knows of languages, if it is
// that of a [Mark], and returns it as it is otherwise. So it does with what stands in it.
func Known(s string) string {
	c := chosen.Load()
	if c == nil || s == "" {
		return s
	}
	if t := c.Get(s, unformatted...); t != s {
		return t
	}
	for _, p := range patterns {
		if m := p.made().FindStringSubmatch(s); m != nil {
			args := make([]any, len(m)-1)
			for i, arg := range m[1:] {
				args[i] = Known(arg)
			}
			return fmt.Sprintf(verbs.ReplaceAllString(c.Get(p.format, unformatted...), "%${1}s"), args...)
		}
	}
	return s
}
