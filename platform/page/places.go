package page

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"untag/scrub"
)

// maxPlaces are told apart, and mostPlaces of them shown: of a trip all, of an archive those
// where most was recorded.
const (
	maxPlaces  = 10_000
	mostPlaces = 500
)

// places are the positions that files tell. There is no map: whoever delivers one learns what
// is looked at.
type places struct {
	at   map[string]*place
	more int // files at places beyond those
}

type place struct {
	Position string
	Files    int
	First    string // a file that was there
}

// position matches latitude and longitude as decoded values have them, and as ISO 6709 does.
var position = regexp.MustCompile(`^([+-]?\d{1,2}\.\d+)(?:, *([+-]?\d{1,3}\.\d+)$|([+-]\d{1,3}\.\d+)(?:[+-]\d+(?:\.\d+)?)?/?$)`)

func (p *places) add(name string, findings []scrub.Finding) {
	here := map[string]bool{}
	for _, f := range findings {
		m := position.FindStringSubmatch(f.Value)
		if m == nil || f.Kind != scrub.Place && f.Kind != scrub.Telemetry {
			continue
		}
		at := strings.TrimPrefix(m[1], "+") + ", " + strings.TrimPrefix(m[2]+m[3], "+")
		if here[at] {
			continue
		}
		here[at] = true
		if p.at == nil {
			p.at = map[string]*place{}
		}
		switch known := p.at[at]; {
		case known != nil:
			known.Files++
		case len(p.at) < maxPlaces:
			p.at[at] = &place{at, 1, name}
		default:
			p.more++
		}
	}
}

// most returns the places where most files were made, and how many others there are.
func (p *places) most() (list []place, more int) {
	for _, one := range p.at {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.Files, a.Files), cmp.Compare(a.First, b.First), cmp.Compare(a.Position, b.Position))
	})
	n := min(len(list), mostPlaces)
	return list[:n], len(list) - n + p.more
}
