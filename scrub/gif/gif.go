// Package gif cleans GIF pictures and animations in place (GIF89a, CompuServe 1990).
//
// Nothing in a GIF is padding. A block that goes becomes a comment of zeros: chain.go has
// how its sub-blocks get other lengths while readers can follow them after every write.
package gif

import (
	"bytes"
	_ "embed"
	"errors"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// Format is the entry of this family in the table of formats.
var Format = scrub.Format{
	Name:       "gif",
	Title:      "GIF picture",
	Extensions: []string{"gif"},
	Sniff: func(head []byte, _ int64) bool {
		return bytes.HasPrefix(head, []byte("GIF87a")) || bytes.HasPrefix(head, []byte("GIF89a"))
	},
	Parse: parse,
}

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

// medium is the work on one picture or animation.
type medium struct {
	*chunk.Walk
	width, height int    // of the screen, section 18
	colours       colors // the global table
	background    int    // the entry that the background has, -1 for none
	transparent   int    // the entry that is in the next picture, -1 for none
	controls      int    // graphic controls since the last picture
	pictures      int
	whole         bool   // each picture ends in an end code behind its last pixel
	loop          []byte // how often an animation plays, by the first block that tells
}

const screenLen = 13 // header and screen descriptor

func parse(s *scrub.Scan) error {
	b := s.Get(0, screenLen)
	width, height := le16(b[6:]), le16(b[8:])
	return chunk.Parse(s, dialect(width, height), rules(), func(w *chunk.Walk) error {
		m := &medium{Walk: w, width: width, height: height, background: int(b[11]), whole: true, transparent: -1}
		w.Hands = map[string]chunk.Hand{
			"GIF/picture": m.picture, "GIF/F9": m.control, "GIF/FF NETSCAPE2.0": m.loops, "GIF/FF ANIMEXTS1.0": m.loops, "GIF/FF ICCRGBG1012": profile,
			"GIF/01": drawn,
		}
		start, err := m.screen(b[10])
		if err != nil {
			return err
		}
		if err := m.blocks(start); err != nil {
			return err
		}
		if m.background >= 0 {
			m.colours.used[m.background] = true
		}
		m.colours.all = m.colours.all || m.Careful || m.pictures == 0
		return m.colors(m.colours, "colours")
	})
}

// screen claims header and screen descriptor, and returns where the blocks start.
func (m *medium) screen(flags byte) (int64, error) {
	m.Claim(0, screenLen, scrub.Structure, "screen")
	m.colours = colors{at: screenLen, n: tableLen(flags)}
	if m.colours.n == 0 && !m.Careful {
		m.background = -1
		if err := m.Field(11, []byte{0}, scrub.Hidden, "screen/background"); err != nil {
			return 0, err
		}
	}
	if m.colours.n > m.Left(screenLen) {
		return 0, m.Errorf(screenLen, "a table of %d bytes, %d are left", m.colours.n, m.Left(screenLen))
	}
	return screenLen + m.colours.n, nil
}

var errTrailer = errors.New("trailer")

// blocks claims the blocks from off on. Where something is no block, what follows the next
// one that is known is claimed too.
func (m *medium) blocks(off int64) error {
	for {
		end, last := int64(-1), chunk.Part{}
		rest, err := m.Parts(off, m.Size(), func(p chunk.Part) error {
			if p.ID == "trailer" {
				end = p.End()
				return errTrailer
			}
			if p.ID != "filler" {
				last = p
			}
			return nil
		})
		if err != nil && err != errTrailer && !scrub.Refusal(err) {
			return err
		}
		if end < 0 {
			if rest, err = m.sure(last, rest); err != nil {
				return err
			}
		}
		if _, err := m.Apply(off, max(rest, end), "GIF", ""); err != nil {
			return err
		}
		if end >= 0 {
			m.finish(end)
			return nil
		}
		if off, err = m.resume(rest); err != nil || off < 0 {
			return err
		}
	}
}

// sure is up to where blocks are believed of which p is the last one, and which lead to something that is
// none at rest: p may have taken in others, unless it is a picture, or a comment that reads as text.
func (m *medium) sure(p chunk.Part, rest int64) (int64, error) {
	const most = 64 << 10
	if p.ID == "" || p.ID == "picture" || !m.Zeros(p.End(), rest-p.End()) || m.Zeros(rest, m.Left(rest)) {
		return rest, nil
	}
	var text []byte
	_, err := links(m.Scan, p.Body(), p.Tail(), func(at, n int64) error {
		if len(text) < most {
			text = append(text, m.Get(at+1, int(n))...)
		}
		return nil
	})
	if p.ID == "FE" && len(text) < most && words.Readable(string(text)) {
		return rest, err
	}
	return p.Off, err
}

// finish ends the picture behind its trailer.
func (m *medium) finish(end int64) {
	proof := scrub.Counted
	if m.whole && m.pictures > 0 {
		proof = scrub.Proven
	}
	m.End(end, proof, 0)
}

// resume claims what is no block, from off on, and returns where blocks go on, or -1.
func (m *medium) resume(off int64) (int64, error) {
	m.whole = false
	m.Distrust("no trailer, or something that is no block, follows the block that ends at 0x%x", off)
	end, err := m.CutMarks(off)
	if err != nil {
		return -1, err
	}
	const overlap = 16
	for at := off; at < end; at += window - overlap {
		b, err := m.Bytes(at, int(min(end-at, window)))
		if err != nil {
			return -1, err
		}
		for i := range b {
			if at+int64(i) > off && anchors(b[i:]) {
				m.Claim(off, at+int64(i)-off, scrub.Identify, "unread")
				return at + int64(i), nil
			}
		}
	}
	m.Claim(off, end-off, scrub.Identify, "unread")
	return -1, nil
}

const window = 64 << 10

// anchors tells whether b starts a block that is known for certain and stays: a graphic
// control, or one of a program. What goes would not be found again.
func anchors(b []byte) bool {
	const least = 16
	if len(b) < least || b[0] != extension {
		return false
	}
	if isControl(b) {
		return b[8] == image || b[8] == extension
	}
	r := rules()["GIF"][label(b[1], b[3:3+nameLen])]
	return b[2] == nameLen && r.Fate == tags.Hand
}

// drawn claims text that is drawn (section 25). Some readers don't ask how long its first
// sub-block is.
func drawn(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const first = 12
	b := w.Get(p.Body(), 1)
	if b[0] != first {
		w.Distrust("text that is drawn starts with %d bytes, expected %d", b[0], first)
		return true, w.Keep(p, scrub.Identify, place)
	}
	return w.Drop(p, scrub.Comment, place, "")
}

// profile claims a colour profile, whose bytes the sub-blocks hold (ICC.1:2022, B.6).
func profile(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const most = 4 << 20
	var data scrub.Extents
	w.Claim(p.Off, p.Head+1+nameLen, scrub.Structure, place)
	_, err := links(w.Scan, p.Body()+1+nameLen, p.Tail(), func(at, n int64) error {
		w.Claim(at, 1, scrub.Structure, place)
		data = append(data, scrub.Range{Off: at + 1, Len: n})
		return nil
	})
	w.Claim(p.Tail()-1, 1, scrub.Structure, place)
	if err != nil || p.Cut || len(data) == 0 {
		return true, err
	}
	err = w.Unsupportedf(p.Off, "a colour profile of %d bytes", p.Size)
	if p.Size < most {
		err = w.MediumAs("icc", data, "ICC")
	}
	if scrub.Refusal(err) {
		w.Doubt("the colour profile stays as it is: %v", err)
		w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: p.Off, Len: p.Len()})
		for _, r := range data {
			w.Claim(r.Off, r.Len, scrub.Render, place)
		}
		return true, nil
	}
	return true, err
}

func le16(b []byte) int { return int(b[0]) | int(b[1])<<8 }
