// Package pattern holds back the compiling of regular expressions.
package pattern

import (
	"regexp"
	"sync"
)

// New returns a function that gives expr compiled. It is compiled when first
// asked for: a worker starts for a few files, most of which need no expression,
// and compiling those of all formats takes a third of its start. An expr that
// is none panics there, so each needs a test that comes by.
func New(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
