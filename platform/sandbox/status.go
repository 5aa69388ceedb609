package sandbox

import (
	"fmt"
	"strings"
)

// greeting is the first that a worker says.
const greeting = "untag-worker 1"

func (e *encoder) status(s Status) {
	e.text(greeting, maxWord)
	e.int(int64(s.Landlock))
	e.bool(s.Seccomp)
	e.texts(s.Missing, maxLine)
	e.texts(s.Open, maxWord)
}

func (d *decoder) status() (s Status) {
	if d.text(maxWord, "a greeting") != greeting {
		d.malformed("it doesn't greet")
	}
	s.Landlock = d.count(1<<20, "a version")
	s.Seccomp = d.bool("whether seccomp is in force")
	s.Missing = d.lines(2, maxLine, "what is missing")
	s.Open = d.lines(len(forbidden), maxWord, "what is open")
	return s
}

// Status tells what keeps the workers from doing anything but parsing.
type Status struct {
	Landlock int      // version of the kernel's interface; 0 if it is not in force
	Seccomp  bool     // whether the filter of system calls is in force
	Missing  []string // why either is not
	Open     []string // what a worker tried after confining itself, and could do
}

// Full tells whether everything is in force.
func (s Status) Full() bool { return s.Landlock > 0 && s.Seccomp && len(s.Open) == 0 }

func (s Status) String() string {
	why := ""
	if len(s.Missing) > 0 {
		why = " (" + strings.Join(s.Missing, "; ") + ")"
	}
	out := ""
	switch {
	case s.Landlock > 0 && s.Seccomp:
		out = fmt.Sprintf("parsers are confined by landlock %d and seccomp", s.Landlock)
	case s.Landlock > 0:
		out = fmt.Sprintf("parsers are confined by landlock %d alone%s", s.Landlock, why)
	case s.Seccomp:
		out = "parsers are confined by seccomp alone" + why
	default:
		return "parsers are not confined" + why
	}
	if len(s.Open) > 0 {
		out += "; they could " + strings.Join(s.Open, ", ")
	}
	return out
}
