// Package jxl cleans JPEG XL pictures in place (ISO/IEC 18181-2): boxes around a codestream,
// or a codestream alone. Of this the header is read, header.go; nothing in it can be changed,
// since all that follows is packed bit by bit.
package jxl

import (
	"bytes"
	_ "embed"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/sniff"
)

// Format and Bare are the entries of this family in the table of formats.
var (
	Format = scrub.Format{Name: "jxl", Title: "JPEG XL picture", Extensions: []string{"jxl"}, Sniff: sniff.Like("\x00\x00\x00\x0cJXL \r\n\x87\n"), Parse: parse}
	Bare   = scrub.Format{Name: "jxl-codestream", Title: "JPEG XL picture without a container", Sniff: sniff.Like("\xff\x0a"), Parse: bare}
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

var dialect = box.Dialect("jxlc", "jxlp", "JXL ")

// picture is the work on one picture.
type picture struct {
	*chunk.Walk
	stream scrub.Extents // the codestream
	next   int64         // number of the next part of it
	ended  bool          // by its last part
}

func parse(s *scrub.Scan) error {
	return chunk.Parse(s, dialect, rules(), func(w *chunk.Walk) error {
		p := &picture{Walk: w}
		w.Hands = map[string]chunk.Hand{"JXL/jxlc": p.whole, "JXL/jxlp": p.part, "JXL/ftyp": brands, "JXL/Exif": reported, "JXL/brob": packed, "JXL/jhgm": gainMap, "JXL/jxli": index}
		end, last, err := box.Top(w, "JXL")
		if err != nil {
			return err
		}
		if len(p.stream) == 0 || p.next > 0 && !p.ended {
			w.Distrust("no picture is in the boxes, or not all of it")
		}
		if len(p.stream) > 0 {
			if err := look(w.Scan, p.stream); err != nil {
				return err
			}
		}
		if w.End(end, scrub.Counted, 8); slices.Contains(dialect.Vital, last.ID) && !w.Careful {
			w.Scan.End(scrub.End{Off: end, Doubt: "nothing but its length tells where the picture ends"})
		}
		return nil
	})
}

// bare claims a picture without boxes. Where it ends nothing tells but all of its codes.
func bare(s *scrub.Scan) error {
	n, err := s.Trim(0, s.Size())
	if err != nil {
		return err
	}
	s.Unread()
	s.Claim(0, n, scrub.Payload, "codestream")
	s.Claim(n, s.Size()-n, scrub.Structure, "zeros")
	return look(s, scrub.Extents{{Off: 0, Len: s.Size()}})
}

func (p *picture) whole(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	if len(p.stream) > 0 {
		w.Doubt("a second picture, which players don't show")
	}
	p.stream = append(p.stream, scrub.Range{Off: c.Body(), Len: c.Size})
	return true, p.pixels(c, 0, place)
}

// part claims a part of the codestream, behind its number: the highest bit is that of the
// last one (section 9.9).
func (p *picture) part(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const size, last = 4, 1 << 31
	if c.Size < size {
		w.Distrust("a part of the picture of %d bytes", c.Size)
		return true, w.Keep(c, scrub.Payload, place)
	}
	b := w.Get(c.Body(), size)
	if n := w.Number(b); p.ended || n&^last != p.next {
		w.Doubt("parts of the picture are not in order")
	} else {
		p.ended = n&last != 0
	}
	p.next++
	p.stream = append(p.stream, scrub.Range{Off: c.Body() + size, Len: c.Size - size})
	return true, p.pixels(c, size, place)
}

func (p *picture) pixels(c chunk.Part, head int64, place string) error {
	n, err := p.Trim(c.Body()+head, c.Size-head)
	p.Claim(c.Off, c.Head+head, scrub.Structure, place)
	p.Claim(c.Body()+head, n, scrub.Payload, place)
	p.Claim(c.Body()+head+n, c.Size-head-n, scrub.Structure, place+"/zeros")
	return err
}

// brands claims what kind of picture it is.
func brands(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	if c.Off > 12 {
		w.Doubt("a second picture follows, which players don't show")
	}
	want := []byte("jxl \x00\x00\x00\x00jxl ")
	b, err := w.Bytes(c.Body(), int(min(c.Size, 64)))
	if err != nil {
		return true, err
	}
	if !bytes.Equal(b, want) {
		w.Doubt("the picture is of a kind that is not known: %q", b)
	}
	return true, w.Keep(c, scrub.Structure, place)
}

// index claims where frames of an animation are: their number, the unit of time, and for each how far
// it is from the one before, how long it lasts and how many frames it stands for. No reader needs it
// to show them, so that one that says something else goes.
func index(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const most, ticks = 4 << 10, 8
	b := w.Get(c.Body(), int(min(c.Size, most)))
	l := list{left: b}
	frames, at := l.number(), int64(0)
	unit := l.take(ticks)
	for range min(frames, c.Size) {
		off, lasts, shown := l.number(), l.number(), l.number()
		at += off
		l.bad = l.bad || off <= 0 || off > w.Size() || at > w.Size() || lasts > 1<<31 || shown <= 0 || shown > w.Size()
	}
	text, err := coded.Numbers(w.Reader, c.Body(), int64(len(b)))
	if err != nil {
		return false, err
	}
	if l.bad || len(l.left) > 0 || c.Size > most || len(unit) < ticks || text {
		return w.Drop(c, scrub.Unknown, place, "")
	}
	return true, w.Keep(c, scrub.Structure, place)
}

// gainMap claims what brightens a picture, of numbers, and a picture (ISO 21496-1).
func gainMap(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	f := w.Fields(c, 0)
	f.Skip(1)
	numbers := f.Number(2)
	f.Skip(min(numbers, 142))
	f.Skip(f.Number(1))
	if profile := f.Number(4); !f.Sound() || profile > 0 || numbers > 142 {
		w.Doubt("the gain map holds a colour profile, or more than numbers")
		return true, w.Keep(c, scrub.Render, place)
	}
	at := f.At
	w.Claim(c.Off, c.Len(), scrub.Render, place)
	w.Found(scrub.Finding{Kind: scrub.GainMap, Role: scrub.Render, Place: place, Off: c.Off, Len: c.Len()})
	return true, look(w.Scan, scrub.Extents{{Off: at, Len: c.Tail() - at}})
}
