package scrub

import (
	"io"

	"untag/scrub/marks"
)

// Format is what the engine knows about one container family.
type Format struct {
	// Name is short and lower case: it stands in reports and errors.
	Name string
	// Title names the family for people.
	Title string
	// Extensions are the usual ones, lower case without the dot. They only
	// serve to tell that a file nobody recognised claims to be a medium. What means
	// text as often, such as ts or mod, is left out.
	Extensions []string
	// Other formats are no media: nobody expects their files to be cleaned, and
	// they are counted and said to be there.
	Other bool
	// Sniff recognises the format by the first bytes of a medium, at most
	// [SniffLen] of them, and its size.
	Sniff func(head []byte, size int64) bool
	// Parse reports map, findings and edits to the scan. A [FormatError] or
	// [UnsupportedError] refuses the medium: nothing of it is changed then. For
	// what can be worked around it records a [Scan.Doubt] and goes on. Nil where
	// there is no parser yet.
	Parse func(*Scan) error
	// End finds the logical end of a medium that has no parser; nil if unknown.
	End func(*Scan) (End, error)
	// Followed media are often followed by others of their kind that are no part of
	// them, such as previews. The parser itself tells those that are.
	Followed bool
	// Mark recognises a mark inside of a medium that has no parser, in its first
	// size bytes. It is overwritten with zeros. Nil if there is none to know.
	Mark func(src io.ReaderAt, size int64) (marks.Mark, bool, error)
	// Compact tells which ranges of a clean medium are filler that can be left
	// out when it is written anew, and what changes in the rest because of it;
	// nil where nothing can. See [Engine.Compact].
	Compact func(*Scan) ([]Change, error)
	// Lead recognises a tag that may stand before a medium of any format and returns its
	// length in bytes, 0 if head starts with none. Parse then gets the tag alone; a file of
	// which nothing is known but the tag is of this format.
	Lead func(head []byte, size int64) int64
	// Inner formats only occur inside other media: no file is sniffed as one.
	Inner bool
}

// SniffLen is how many bytes from the start of a medium a [Format.Sniff] gets.
const SniffLen = 4096

// Engine plans media of the formats in its table. It holds no state.
type Engine struct{ formats []Format }

// NewEngine returns an engine for a table of formats; the first one whose Sniff
// agrees is taken.
func NewEngine(table []Format) *Engine { return &Engine{table} }

// Formats returns the engine's table.
func (e *Engine) Formats() []Format { return e.formats }

// Sniff returns the name of the format of a medium, or "".
func (e *Engine) Sniff(src io.ReaderAt, size int64) string {
	if f, _ := e.sniff(newReader(src, size, newMeter(size))); f != nil {
		return f.Name
	}
	return ""
}

func (e *Engine) format(name string) (*Format, bool) {
	for i := range e.formats {
		if e.formats[i].Name == name {
			return &e.formats[i], true
		}
	}
	return nil, false
}
