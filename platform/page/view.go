package page

import (
	"cmp"
	"slices"
	"strconv"
	"unicode"

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
	Goes               int64 // bytes
	Tags               int
	Kinds              []string // of the tags
	Lines              []line
	Unlisted           int
	Before, After      []bar
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
		Size: f.Size, NewSize: f.NewSize, Unlisted: f.Unlisted, Tags: f.Unlisted,
	}
	v.Word = word(v.Status)
	for _, r := range f.Reasons[:min(len(f.Reasons), maxReasons)] {
		v.Reasons = append(v.Reasons, quote(r))
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
	for _, s := range f.Before {
		v.Goes += s.Goes
	}
	v.Before, v.After = bars(f)
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
			Fate: fate(f, v.Status), Goes: f.Goes, Off: f.Off, Len: f.Len, Times: 1,
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

// bar is a stroke where it is drawn, in thousandths of the width. Role counts from
// zero in roles; Goes is 0 for what stays, 2 for what goes, and 1 for both.
type bar struct{ X, W, Role, Goes int64 }

// thin is how wide a stroke is at least: a tag of 50 bytes is to be seen in a film.
const thin = 6

// bars draws a file before and after; what was not changed is drawn as it would be.
func bars(f File) (before, after []bar) {
	strokes := f.After
	if strokes == nil {
		strokes = emptied(f.Before, f.Cut)
	}
	width := int64(1000)
	if a, b := length(strokes), length(f.Before); a < b {
		width = min(1000-thin, int64(1000*float64(a)/float64(b)))
	}
	return lay(f.Before, 1000), lay(strokes, width)
}

// emptied is what strokes become: what goes is filler, and the cut is gone.
func emptied(before []scrub.Stroke, cut int64) []scrub.Stroke {
	left := length(before) - cut
	var after []scrub.Stroke
	for _, s := range before {
		if s.Len = min(s.Len, left); s.Len <= 0 {
			break
		}
		left -= s.Len
		if s.Goes*2 > s.Len {
			s.Role = scrub.Filler
		}
		s.Goes = 0
		after = append(after, s)
	}
	return after
}

func length(strokes []scrub.Stroke) (n int64) {
	for _, s := range strokes {
		n += s.Len
	}
	return n
}

func lay(strokes []scrub.Stroke, width int64) []bar {
	bars := make([]bar, 0, len(strokes))
	all, room := float64(length(strokes)), float64(max(0, width-thin*int64(len(strokes))))
	var before float64
	for i, s := range strokes {
		x := int64(i)*thin + int64(room*before/all)
		before += float64(s.Len)
		end := int64(i+1)*thin + int64(room*before/all)
		b := bar{X: x, W: end - x, Role: int64(min(max(s.Role, scrub.Structure), scrub.Filler) - scrub.Structure)}
		switch {
		case s.Goes >= s.Len:
			b.Goes = 2
		case s.Goes > 0:
			b.Goes = 1
		}
		bars = append(bars, b)
	}
	return bars
}
