package bmff

import (
	"bytes"
	"cmp"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
	"untag/scrub/words"
)

// modifiers are the boxes that may follow the text of a sample and say how it
// looks: of 3GPP timed text (TS 26.245, 5.17) and of QuickTime's text media, with
// the most bytes that they take. Addresses and comments are not among them.
var modifiers = map[string]int64{"styl": 2 + 12*64, "hlit": 4, "hclr": 8, "krok": 6 + 8*64, "dlay": 4, "tbox": 8, "blnk": 4, "twrp": 1, "encd": 4, "drpo": 4, "drpt": 4}

// textSample returns what looks into the samples of a track of timed text.
func (p *parser) textSample(t *track) func(samples.Sample) error {
	switch {
	case t.damaged || p.Careful:
		return func(samples.Sample) error { return nil }
	case !t.recurs:
		return p.textTail
	}
	return func(f samples.Sample) error { return cmp.Or(p.placed(f), p.textTail(f)) }
}

// textTail looks at what follows the text of a sample. Boxes that nobody knows,
// and words that are in no box, go. Anything else may be what follows the sample,
// whose length is wrong then.
func (p *parser) textTail(f samples.Sample) error {
	if f.Len < 2 {
		return nil
	}
	h, err := p.Bytes(f.Off, 2)
	if err != nil {
		return err
	}
	off, end := f.Off+2+int64(box.Uint16(h)), f.Off+f.Len
	if off >= end {
		return nil // or no text of this kind: the whole of it is payload
	}
	boxes, err := p.onlyBoxes(scrub.Range{Off: off, Len: end - off})
	if err != nil {
		return err
	}
	if boxes {
		_, err := box.Each(p.Scan, off, end, func(b box.Box) error {
			if most, ok := modifiers[b.Type]; ok && b.Size() <= most {
				return nil
			}
			return p.textPiece(b.Off, b.Len, b)
		})
		return err
	}
	left, err := p.Bytes(off, int(min(end-off, words.MaxText)))
	if err != nil {
		return err
	}
	if box.Uint16(h) == 0 || !box.Readable(bytes.Trim(left, "\x00"), len(left)) {
		p.Doubt("a subtitle holds something that is no text")
		return nil
	}
	return p.textPiece(off, end-off, box.Box{})
}

// textPiece takes n bytes out of a sample, as a free box where they are a box.
func (p *parser) textPiece(off, n int64, b box.Box) error {
	const place = "mdat/text"
	at := b.Off + b.Head
	if b.Len == 0 {
		at = off
	}
	empty, err := p.Constant(at, off+n-at, 0)
	if err != nil {
		return err
	}
	if p.cover.Pieces() >= codec.MaxMessages {
		p.Doubt("more text samples hold something else than can be kept account of")
		return nil
	}
	if !p.cover.Piece(scrub.Range{Off: off, Len: n}) {
		return nil
	}
	if empty && (b.Type == "free" || b.Len == 0) {
		p.Claim(off, at-off, scrub.Structure, place)
		p.Claim(at, off+n-at, scrub.Filler, place)
		return nil
	}
	p.Claim(off, n, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: off, Len: n}) {
		if b.Len > 0 {
			p.Put(scrub.Unlink, b.Off+4, box.FreeType)
		}
		p.Fill(scrub.Destroy, at, off+n-at, 0)
	}
	return nil
}
