package xmp

import (
	_ "embed"
	"fmt"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
)

// prefixes are the usual ones of name spaces that occur in media.
var prefixes = tags.Once(func() map[string]string {
	all := map[string]string{"": ""}
	for line := range strings.Lines(nameSpaces) {
		if prefix, space, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && prefix[0] != '#' {
			all[space] = prefix
		}
	}
	return all
})

//go:embed spaces.tsv
var nameSpaces string

// prefix returns the usual prefix of a name space, or the last word of one that
// is not known.
func prefix(space string) string {
	if p, ok := prefixes()[space]; ok {
		return p
	}
	words := strings.FieldsFunc(space, func(c rune) bool { return c == '/' || c == '#' || c == ':' })
	for i := len(words) - 1; i >= 0; i-- {
		if word := words[i]; len(word) <= 32 && !strings.ContainsAny(word[:1], "0123456789") {
			return word
		}
	}
	return "other"
}

//go:embed tags.tsv
var table string

// kinds says what a property gives away, by its prefix and last name; "*" stands for
// all of a prefix that are not named.
var kinds = tags.Index(table)

// KindOf says what a property gives away by its name; ok is false if it gives
// away nothing known.
func KindOf(name string) (k scrub.Kind, ok bool) {
	prefix, name, _ := strings.Cut(last(name), ":")
	t, ok := kinds()[prefix][name]
	if !ok {
		t, ok = kinds()[prefix]["*"]
	}
	return t.Kind, ok
}

// Report tells what the packet at place gives away; off and n say where it lies.
func (p *Packet) Report(place string, off, n int64, found func(scrub.Finding)) {
	others := p.More
	for _, q := range p.Properties {
		kind, ok := KindOf(q.Name)
		if !ok {
			others++
			continue
		}
		found(scrub.Finding{Kind: kind, Place: place + "/" + q.Name, Off: off, Len: n, Value: q.Value})
	}
	switch {
	case p.Broken != "":
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: off, Len: n, Value: p.Broken})
	case others > 0:
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: off, Len: n, Value: fmt.Sprintf("%d other properties", others)})
	}
}
