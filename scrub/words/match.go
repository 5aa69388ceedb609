package words

import (
	"slices"
	"strings"
)

// step says which token may come next. What matches is a list of steps.
type step struct {
	ok   func(k token, s string) bool
	skip int // up to so many tokens, or none, are passed over: as many as there are
}

// in tells whether k is one of some marks.
func (k token) in(marks string) bool { return k.class == mark && strings.ContainsRune(marks, k.rune) }

// num matches so many digits of a value from lo to hi.
func num(least, most int, lo, hi int64) step {
	return step{ok: func(k token, _ string) bool {
		return k.class == digits && k.n >= least && k.n <= most && k.value >= lo && k.value <= hi
	}}
}

// count matches so many digits of any value.
func count(least, most int) step { return num(least, most, 0, 1<<62) }

// one matches a mark, or letters as they are written, from a list with spaces between.
func one(list string) step {
	names := strings.Fields(list)
	return step{ok: func(_ token, s string) bool { return slices.Contains(names, s) }}
}

// caseless is one whatever the case.
func caseless(list string) step {
	names := strings.Fields(list)
	return step{ok: func(_ token, s string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(s, name) })
	}}
}

// starting matches letters that begin with one of a list, whatever the case.
func starting(list string) step {
	names := strings.Fields(list)
	return step{ok: func(k token, s string) bool {
		return k.class == letters && slices.ContainsFunc(names, func(name string) bool { return len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) })
	}}
}

// gap passes over up to so many marks and spaces.
func gap(most int) step {
	return step{func(k token, _ string) bool { return k.class == mark || k.class == space }, most}
}

var blank = step{func(k token, _ string) bool { return k.class == space }, 1}

// between is one of a list with or without spaces around it.
func between(list string) []step { return []step{blank, one(list), blank} }

// join makes one list of steps and lists of them.
func join(parts ...any) (steps []step) {
	for _, p := range parts {
		switch p := p.(type) {
		case step:
			steps = append(steps, p)
		case []step:
			steps = append(steps, p...)
		}
	}
	return steps
}

// match returns the end of what the steps match from token i on, 0 if they don't.
func (t Tokens) match(i int, steps []step) int {
	for _, s := range steps {
		n := 0
		for n < max(1, s.skip) && i < len(t.list) && s.ok(t.list[i], t.text[t.list[i].lo:t.list[i].hi]) {
			i++
			n++
		}
		if n == 0 && s.skip == 0 {
			return 0
		}
	}
	return i
}

// find returns the tokens of the first place where one of some forms matches.
func (t Tokens) find(forms [][]step) (i, end int, ok bool) {
	for i, k := range t.list {
		if k.class == space {
			continue
		}
		for _, f := range forms {
			if end := t.match(i, f); end > 0 {
				return i, end, true
			}
		}
	}
	return 0, 0, false
}
