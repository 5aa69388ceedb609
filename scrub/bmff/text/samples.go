package text

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
	"untag/scrub/telemetry"
	"untag/scrub/words"
)

// modifiers are the boxes that may follow the text of a sample and say how it
// looks: of 3GPP timed text (TS 26.245, 5.17) and of QuickTime's text media, with
// the most bytes that they take. Addresses and comments are not among them.
var modifiers = map[string]int64{"styl": 2 + 12*64, "hlit": 4, "hclr": 8, "krok": 6 + 8*64, "dlay": 4, "tbox": 8, "blnk": 4, "twrp": 1, "encd": 4, "drpo": 4, "drpt": 4}

// Pieces are where it is noted what was claimed of samples.
type Pieces interface {
	Pieces() int              // how many there are
	Piece(r scrub.Range) bool // notes one, unless it was there
}

// look is what looks into samples.
type look struct {
	*box.Walk
	Pieces
}

// Look returns what looks into the samples of a track of timed text, and whether it takes out
// the positions in them.
func Look(w *box.Walk, p Pieces, positions bool) func(samples.Sample) error {
	l := look{w, p}
	if !positions {
		return l.tail
	}
	return func(f samples.Sample) error { return cmp.Or(l.placed(f), l.tail(f)) }
}

// tail looks at what follows the text of a sample. Boxes that nobody knows,
// and words that are in no box, go. Anything else may be what follows the sample,
// whose length is wrong then.
func (l look) tail(f samples.Sample) error {
	if f.Len < 2 {
		return nil
	}
	h := l.Get(f.Off, 2)
	off, end := f.Off+2+int64(box.Uint16(h)), f.Off+f.Len
	if off >= end {
		return nil // or no text of this kind: the whole of it is payload
	}
	boxes, err := l.OnlyBoxes(scrub.Range{Off: off, Len: end - off})
	if err != nil {
		return err
	}
	if boxes {
		_, err := box.Each(l.Scan, off, end, func(b box.Box) error {
			if most, ok := modifiers[b.Type]; ok && b.Size() <= most {
				return nil
			}
			return l.take(b.Off, b.Len, b)
		})
		return err
	}
	left := l.Get(off, int(min(end-off, words.MaxText)))
	if box.Uint16(h) == 0 || !box.Readable(bytes.Trim(left, "\x00"), len(left)) {
		l.Doubt("a subtitle holds something that is no text")
		return nil
	}
	return l.take(off, end-off, box.Box{})
}

// take takes n bytes out of a sample, as a free box where they are a box.
func (l look) take(off, n int64, b box.Box) error {
	const place = "mdat/text"
	at := b.Off + b.Head
	if b.Len == 0 {
		at = off
	}
	empty := l.Zeros(at, off+n-at)
	if l.Pieces.Pieces() >= codec.MaxMessages {
		l.Doubt("more text samples hold something else than can be kept account of")
		return nil
	}
	if !l.Piece(scrub.Range{Off: off, Len: n}) {
		return nil
	}
	if empty && (b.Type == "free" || b.Len == 0) {
		l.Claim(off, at-off, scrub.Structure, place)
		l.Claim(at, off+n-at, scrub.Filler, place)
		return nil
	}
	l.Claim(off, n, scrub.Identify, place)
	if l.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: off, Len: n}) {
		if b.Len > 0 {
			l.Put(scrub.Unlink, b.Off+4, box.FreeType)
		}
		l.Fill(scrub.Destroy, at, off+n-at, 0)
	}
	return nil
}

// placed takes the text out of a sample that holds a position, in a track in which
// positions recur, and claims what an earlier run left of one.
func (l look) placed(f samples.Sample) error {
	if f.Len < 3 {
		return nil
	}
	b := l.Get(f.Off, int(min(f.Len, 2+words.MaxText)))
	n := int64(binary.BigEndian.Uint16(b))
	if n == 0 || n+2 > f.Len {
		return nil
	}
	text := b[2:min(int64(len(b)), 2+n)]
	blank := len(bytes.Trim(text, "\x00")) == 0
	if !blank && !telemetry.Placed(text) {
		return nil
	}
	if l.Pieces.Pieces() >= codec.MaxMessages {
		l.Doubt("more subtitles hold positions than can be kept account of")
		return nil
	}
	if !l.Piece(scrub.Range{Off: f.Off + 2, Len: n}) {
		return nil
	}
	return l.Blank(f.Off+2, n, 0, scrub.Telemetry, "mdat/text")
}
