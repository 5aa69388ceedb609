package station

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"untag/platform/apply"
)

// File is one on a drive that is not clean, or not known to be.
type File struct {
	Path   string // beneath the root of the drive, byte for byte
	Status string // failed, partly, unsupported, found, waiting or other
	Format string // "" if it is not known
	Class  string // a word for the error, "" if there was none; see [ErrorOf]
	Why    string // for people, at most maxWhy bytes
}

// Files are those of a drive that are not clean, what needs attention most first.
type Files struct {
	All  []File
	Left int64 // how many more there are, whose names were not kept
}

const (
	// maxMarks files are remembered, so as not to be counted twice, and as many again
	// that are not other: of those there may be a whole archive.
	maxMarks = 10_000
	// maxNames is how many bytes of paths and reasons are remembered of a drive.
	maxNames = 8 << 20
	maxWhy   = 300
)

// note is what there is to say about a file that is not simply clean.
type note struct {
	mark
	format, class, why string
}

func noteOf(m mark, o apply.Outcome) note {
	n := note{mark: m, format: o.Format, why: clip(strings.Join(o.Reasons, "; "))}
	if m == other {
		n.why = "" // that nobody knows it
	}
	return n
}

func errorNote(m mark, err error) note {
	return note{mark: m, class: class(err), why: clip(err.Error())}
}

func clip(s string) string {
	if len(s) > maxWhy {
		s = strings.ToValidUTF8(s[:maxWhy], "") + "…"
	}
	return strings.Clone(s) // of a text that may be longer
}

// marks are the notes of a drive, in memory and nowhere else.
type marks struct {
	mu    sync.Mutex
	notes map[string]note // by path
	bytes int
}

func (k *marks) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.notes, k.bytes = nil, 0
}

func (k *marks) get(rel string) mark {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.notes[rel].mark
}

// put keeps a note if there is room for it.
func (k *marks) put(rel string, n note) {
	k.mu.Lock()
	defer k.mu.Unlock()
	size := sizeOf(rel, n)
	if kept := len(k.notes); kept >= 2*maxMarks || n.mark == other && kept >= maxMarks || k.bytes+size > maxNames {
		return
	}
	if k.notes == nil {
		k.notes = map[string]note{}
	}
	k.notes[rel] = n
	k.bytes += size
}

// take removes a note and returns what it said, 0 if there was none.
func (k *marks) take(rel string) mark {
	k.mu.Lock()
	defer k.mu.Unlock()
	n, ok := k.notes[rel]
	if !ok {
		return 0
	}
	delete(k.notes, rel)
	k.bytes -= sizeOf(rel, n)
	return n.mark
}

func sizeOf(rel string, n note) int { return len(rel) + len(n.format) + len(n.class) + len(n.why) }

func (k *marks) list() []File {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]File, 0, len(k.notes))
	for rel, n := range k.notes {
		all = append(all, File{rel, n.mark.String(), n.format, n.class, n.why})
	}
	slices.SortFunc(all, func(a, b File) int {
		return cmp.Or(cmp.Compare(markNames[a.Status], markNames[b.Status]), strings.Compare(a.Path, b.Path))
	})
	return all
}

// markNames are the marks by their words.
var markNames = map[string]mark{"failed": failed, "partly": partly, "unsupported": unsupported, "found": found, "waiting": waiting, "other": other}

func (m mark) String() string {
	for word, n := range markNames {
		if n == m {
			return word
		}
	}
	return ""
}

// Files tells which files of a drive are not clean, as far as it was looked through.
// It is asked for by people: their names are in no log.
func (s *Station) Files(id uint64) (Files, error) {
	q, err := s.queue(id)
	if err != nil {
		return Files{}, err
	}
	c := q.snapshot().Counts
	f := Files{All: q.marks.list()}
	f.Left = max(c.Failed+c.Partly+c.Unsupported+c.Found+c.Waiting+c.Other-int64(len(f.All)), 0)
	return f, nil
}

// ErrorOf returns the error that a class is the word for; nil if there is none.
func ErrorOf(class string) error {
	for _, c := range classes {
		if c.word == class {
			return c.is
		}
	}
	return nil
}
