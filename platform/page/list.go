package page

import (
	"cmp"
	"encoding/json"
	"slices"

	"untag/scrub"
)

const (
	maxFiles = 20_000   // that are listed
	maxBytes = 15 << 20 // of findings and pictures: those of ten thousand photos fit
	maxFirst = 100      // files that can be seen without a script
)

// list holds the files that are listed: those that need attention, and others while there
// is room. A row is kept as the JSON that the page will have.
type list struct {
	due, fine []entry
	files     int // all
	without   int // listed, but their findings are not
	bytes     int
	detailed  bool // some file has more to it than what became of it
	words     words
}

type entry struct {
	row  json.RawMessage
	view *view // kept of the first ones only
}

func (l *list) add(v view) {
	l.files++
	l.detailed = l.detailed || v.Format != "" || v.Size > 0
	into := &l.due
	if fine(v.Status) {
		into = &l.fine
	}
	if len(l.due)+len(l.fine) >= maxFiles {
		if into == &l.fine || len(l.fine) == 0 {
			return
		}
		l.fine = l.fine[:len(l.fine)-1]
	}
	if l.bytes >= maxBytes && len(v.Lines)+len(v.Before) > 0 {
		v.Unlisted += len(v.Lines)
		v.Lines, v.Before, v.After = nil, nil, nil
		l.without++
	}
	e := entry{row: l.row(&v)}
	l.bytes += len(e.row)
	if len(*into) < maxFirst {
		e.view = &v
	}
	*into = append(*into, e)
}

// rows are all that is listed, in the order in which it came.
func (l *list) rows() []json.RawMessage {
	rows := make([]json.RawMessage, 0, len(l.due)+len(l.fine))
	for _, e := range slices.Concat(l.due, l.fine) {
		rows = append(rows, e.row)
	}
	return rows
}

// first are files that are shown without a script, what needs attention before the rest.
func (l *list) first() []view {
	var views []view
	for _, e := range slices.Concat(l.due, l.fine) {
		if e.view != nil {
			views = append(views, *e.view)
		}
	}
	slices.SortStableFunc(views, func(a, b view) int {
		return cmp.Or(cmp.Compare(rank(a.Status), rank(b.Status)), cmp.Compare(a.Name, b.Name))
	})
	return views[:min(len(views), maxFirst)]
}

func (l *list) bare() bool { return !l.detailed }

// jsonRow is a file for the script. Numbers in lists are small, and words are references.
type jsonRow struct {
	Name     string     `json:"n"`
	Status   int        `json:"s"` // in statuses
	Format   int        `json:"f"` // a word
	Size     int64      `json:"z"`
	NewSize  int64      `json:"a"`
	Cut      int64      `json:"c,omitempty"`
	Tags     int        `json:"t,omitempty"`
	Kinds    []int      `json:"k,omitempty"` // words
	Reasons  []string   `json:"r,omitempty"`
	Remedy   string     `json:"d,omitempty"`
	Lines    [][8]int64 `json:"l,omitempty"` // words kind, place, value, fate; goes, offset, length, times
	Unlisted int        `json:"u,omitempty"`
	Before   []int64    `json:"p,omitempty"` // strokes: length, role, how much goes
	After    []int64    `json:"q,omitempty"`
}

func (l *list) row(v *view) json.RawMessage {
	r := jsonRow{
		Name: v.Name, Status: rank(v.Status), Format: l.word(v.Format), Size: v.Size, NewSize: v.NewSize, Cut: v.Cut,
		Tags: v.Tags, Reasons: v.Reasons, Remedy: v.Remedy, Unlisted: v.Unlisted, Before: flat(v.Before), After: flat(v.After),
	}
	for _, k := range v.Kinds {
		r.Kinds = append(r.Kinds, l.word(k))
	}
	for _, x := range v.Lines {
		var goes int64
		if x.Goes {
			goes = 1
		}
		r.Lines = append(r.Lines, [8]int64{
			int64(l.word(x.Kind)), int64(l.word(x.Place)), int64(l.word(x.Value)), int64(l.word(x.Fate)), goes, x.Off, x.Len, int64(x.Times),
		})
	}
	row, err := json.Marshal(r)
	if err != nil { // numbers and strings always can be
		panic(err)
	}
	return row
}

func flat(strokes []scrub.Stroke) (all []int64) {
	for _, s := range strokes {
		all = append(all, s.Len, int64(min(s.Role, scrub.Filler)), s.Goes)
	}
	return all
}

// words are strings that many rows say, each once. The first one is empty.
type words struct {
	all   []string
	index map[string]int
}

func (l *list) word(s string) int {
	if l.words.index == nil {
		l.words = words{[]string{""}, map[string]int{"": 0}}
	}
	i, ok := l.words.index[s]
	if !ok {
		i = len(l.words.all)
		l.words.index[s] = i
		l.words.all = append(l.words.all, s)
		l.bytes += len(s) + 4
	}
	return i
}
