// Package tags reads what is known about the tags of a family of formats: data that
// somebody who knows a camera and no Go can add to.
//
// A table is text, a line a tag, its fields apart by tabs:
//
//	place  id  fate  kind  most  meaning  source
//
// Place is what holds the tag, id what the specification calls it, most the longest
// body that may stay, in bytes. Lines that start with # are for readers.
package tags

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"untag/scrub"
)

// Fate is what becomes of a tag.
type Fate string

// Fates; a role of a span that stays as it is ("structure", "payload", "render",
// "describe") is one too, with a regular expression for its value behind "=" where
// its parser asks for one.
const (
	Go    Fate = "go"    // it goes, if the policy doesn't keep its kind
	Words Fate = "words" // text for people: stays if it is that and nothing more
	Holds Fate = "holds" // holds tags, of the place that follows "=" or of its own
	Shell Fate = "shell" // Holds, and goes as a whole where nothing in it stays
	Hand  Fate = "hand"  // its parser looks at it: meaning says what for
)

// Tag is one line of a table.
type Tag struct {
	Place, ID string
	Fate      Fate
	Role      scrub.Role // of what stays as it is
	In        string     // the place of what it holds; a pattern for the value of what stays, "" for any
	Kind      scrub.Kind // what it tells, "" if nothing
	Most      int64      // longest body that may stay in bytes, 0 for any
	Meaning   string
	Source    string
}

var roles = map[string]scrub.Role{"structure": scrub.Structure, "payload": scrub.Payload, "render": scrub.Render, "describe": scrub.Describe}

// Parse reads a table. The error names the line.
func Parse(table string) (all []Tag, err error) {
	lines := bufio.NewScanner(strings.NewReader(table))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		t, err := parse(strings.Split(line, "\t"))
		if err != nil {
			return nil, fmt.Errorf("tags: line %d: %w", n, err)
		}
		all = append(all, t)
	}
	return all, lines.Err()
}

// MustParse is [Parse] for tables that are part of the program, which tests have read.
func MustParse(table string) []Tag {
	all, err := Parse(table)
	if err != nil {
		panic(err)
	}
	return all
}

func parse(f []string) (t Tag, err error) {
	if len(f) != 7 {
		return t, fmt.Errorf("%d fields, not 7", len(f))
	}
	fate, in, _ := strings.Cut(f[2], "=")
	t = Tag{Place: f[0], ID: f[1], Fate: Fate(fate), In: in, Kind: scrub.Kind(f[3]), Meaning: f[5], Source: f[6]}
	if f[4] != "" {
		if t.Most, err = strconv.ParseInt(f[4], 10, 64); err != nil || t.Most <= 0 {
			return t, fmt.Errorf("longest body %q", f[4])
		}
	}
	if t.Kind != "" && !t.Kind.Known() {
		return t, fmt.Errorf("kind %q", f[3])
	}
	switch t.Fate {
	case Go, Words, Hand:
	case Holds, Shell:
		if t.In == "" {
			t.In = strings.TrimPrefix(t.Place+"/"+t.ID, "/")
		}
	default:
		if t.Role = roles[fate]; t.Role == 0 {
			return t, fmt.Errorf("fate %q", f[2])
		}
	}
	return t, nil
}
