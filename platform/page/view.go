package page

import (
	"cmp"
	"slices"
	"strconv"
	"unicode"

	"untag/platform/lang"
	"untag/scrub"
)

const (
	maxLines   = 200 // findings of one file that are shown
	maxReasons = scrub.MaxDoubts + 8
	maxText    = 4096 // bytes of a name or reason: the longest path that Linux knows
)

// view is a file as it is shown.
type view struct {
	Name, Status, Word string
	Reasons            []string
	Remedy             string
	Format             string
	Size, NewSize      int64
	Tags               int
	Kinds              []string // of the tags
	Lines              []line
	Unlisted           int
	Cut                int64
	Before, After      []scrub.Stroke
}

// line is findings that say the same at places of the same name.
type line struct {
	Kind, Place, Value string
	Fate               string
	Goes               bool
	Off, Len           int64
	Times              int
}

func (p *Page) view(f File) view {
	v := view{
		Name: quote(f.Name), Status: statuses[rank(f.Status)], Remedy: quote(f.Remedy), Format: quote(f.Format),
		Size: f.Size, NewSize: f.NewSize, Unlisted: f.Unlisted, Tags: f.Unlisted, Cut: f.Cut, Before: f.Before, After: f.After,
	}
	v.Word = word(v.Status)
	for _, r := range f.Reasons[:min(len(f.Reasons), maxReasons)] {
		v.Reasons = append(v.Reasons, quote(lang.Known(r)))
	}
	for _, x := range f.Findings {
		if x.Goes {
			v.Tags++
		}
		if k := quote(string(x.Kind)); x.Goes && !slices.Contains(v.Kinds, k) {
			v.Kinds = append(v.Kinds, k)
		}
	}
	slices.Sort(v.Kinds)
	p.lines(&v, f.Findings)
	return v
}

// lines shows the findings, each thing that is said over and over once.
func (p *Page) lines(v *view, findings []scrub.Finding) {
	type key struct {
		kind  scrub.Kind
		place string
		value string
		goes  bool
	}
	seen := map[key]int{}
	for _, f := range findings {
		k := key{f.Kind, f.Place, f.Value, f.Goes}
		if i, ok := seen[k]; ok {
			v.Lines[i].Times++
			v.Lines[i].Len += f.Len
			continue
		}
		if len(v.Lines) == maxLines {
			v.Unlisted++
			continue
		}
		seen[k] = len(v.Lines)
		l := line{
			Kind: quote(cmp.Or(string(f.Kind), f.Role.String())), Place: quote(f.Place),
			Fate: p.fate(f, v.Status), Goes: f.Goes, Off: f.Off, Len: f.Len, Times: 1,
		}
		if p.Values {
			l.Value = quote(f.Value)
		}
		v.Lines = append(v.Lines, l)
	}
}

// quote returns s as it is if all of it prints, and in Go syntax otherwise. What is
// longer than anything should be is cut.
func quote(s string) string {
	if len(s) > maxText {
		s = s[:maxText] + "…"
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) { // the former stands for what is not UTF-8
			return strconv.Quote(s)
		}
	}
	return s
}
