package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is something wrong in a file. Its text shows the line, which may hold
// the name of a drive: a log should have no more than Path, Line and Column.
type Error struct {
	Path   string
	Line   int // from 1
	Column int // in characters, from 1
	What   string

	off    int
	text   string // the line
	marked int    // characters from Column on
}

func newError(path string, text []byte, p place, what string) *Error {
	off := min(p.off, len(text))
	before, rest := string(text[:off]), string(text[off:])
	head := before[strings.LastIndexByte(before, '\n')+1:]
	tail, _, _ := strings.Cut(rest, "\n")
	tail = strings.TrimSuffix(tail, "\r")
	return &Error{
		Path: path, Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(head) + 1, What: what,
		off: off, text: head + tail, marked: utf8.RuneCountInString(tail[:min(p.len, len(tail))]),
	}
}

// Error is "untagd.toml:3:10: what", and below it the line and what is meant.
func (e *Error) Error() string {
	no := fmt.Sprint(e.Line)
	gap := strings.Repeat(" ", len(no))
	return fmt.Sprintf("%s:%s:%d: %s\n %s | %s\n %s | %s^%s", e.Path, no, e.Column, e.What,
		no, printable(e.text), gap, indent(e.text, e.Column-1), strings.Repeat("~", max(e.marked-1, 0)))
}

// Discreet is the error for a log: of its line, and of what is quoted from it, only what is
// in every configuration is shown, for the rest may be the name of a drive.
func (e *Error) Discreet() *Error {
	shown := *e
	shown.text, shown.What = masked(e.text), quoted.ReplaceAllStringFunc(e.What, masked)
	return &shown
}

func masked(text string) string {
	return word.ReplaceAllStringFunc(text, func(s string) string {
		if known[s] {
			return s
		}
		return strings.Repeat("·", utf8.RuneCountInString(s))
	})
}

var (
	word   = regexp.MustCompile(`[\pL\pM\pN_]+`)
	quoted = regexp.MustCompile(`"(?:\\.|[^"\\])*"`)
)

// known are the words that mean something in a configuration.
var known = func() map[string]bool {
	all := map[string]bool{"true": true, "false": true}
	for _, t := range []reflect.Type{reflect.TypeFor[file](), reflect.TypeFor[rule](), reflect.TypeFor[match]()} {
		for _, name := range names(t) {
			all[name] = true
		}
	}
	for _, a := range []Action{Scrub, Report, Ask, Ignore} {
		all[string(a)] = true
	}
	return all
}()

// printable keeps a file from giving orders to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// indent is as wide as the first n characters of a line.
func indent(line string, n int) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string([]rune(line)[:n]))
}
