package bmff

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/words"
)

// printable returns what people would read of a name or value: the text
// without the length byte of a Pascal string, up to the first zero.
func printable(b []byte) string {
	if len(b) > 0 && int(b[0]) < len(b) && b[0] < 32 && b[0] > 0 {
		b = b[1:]
	}
	s, _, _ := strings.Cut(string(b[:min(len(b), scrub.MaxValue)]), "\x00")
	if !utf8.ValidString(s) {
		return ""
	}
	return s
}

// readable tells whether text is what a field for people may hold: valid,
// printable, and no longer than most bytes.
func readable(text []byte, most int) bool {
	if len(text) > most || !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// timedText tells whether samples are a length, a text, and boxes.
func (t *track) timedText() bool {
	return isText(t.handler) && len(t.formats) > 0 && !slices.ContainsFunc(t.formats, func(f string) bool { return f != "tx3g" && f != "text" })
}

// modifiers are the boxes that may follow the text of a sample and say how it
// looks: of 3GPP timed text (TS 26.245, 5.17) and of QuickTime's text media, with
// the most bytes that they take. Addresses and comments are not among them.
var modifiers = map[string]int64{"styl": 2 + 12*64, "hlit": 4, "hclr": 8, "krok": 6 + 8*64, "dlay": 4, "tbox": 8, "blnk": 4, "twrp": 1, "encd": 4, "drpo": 4, "drpt": 4}

// textSample returns what looks into the samples of a track of timed text.
func (p *parser) textSample(t *track) func(sample) error {
	switch {
	case t.damaged || p.careful:
		return func(sample) error { return nil }
	case !t.recurs:
		return p.textTail
	}
	return func(f sample) error { return cmp.Or(p.placed(f), p.textTail(f)) }
}

// textTail looks at what follows the text of a sample. Boxes that nobody knows,
// and words that are in no box, go. Anything else may be what follows the sample,
// whose length is wrong then.
func (p *parser) textTail(f sample) error {
	if f.len < 2 {
		return nil
	}
	h, err := p.s.Bytes(f.off, 2)
	if err != nil {
		return err
	}
	off, end := f.off+2+int64(be16(h)), f.off+f.len
	if off >= end {
		return nil // or no text of this kind: the whole of it is payload
	}
	boxes, err := p.onlyBoxes(scrub.Range{Off: off, Len: end - off})
	if err != nil {
		return err
	}
	if boxes {
		_, err := children(p.s, off, end, func(b box) error {
			if most, ok := modifiers[b.typ]; ok && b.size() <= most {
				return nil
			}
			return p.textPiece(b.off, b.len, b)
		})
		return err
	}
	left, err := p.s.Bytes(off, int(min(end-off, words.MaxText)))
	if err != nil {
		return err
	}
	if be16(h) == 0 || !readable(bytes.Trim(left, "\x00"), len(left)) {
		p.s.Doubt("a subtitle holds something that is no text")
		return nil
	}
	return p.textPiece(off, end-off, box{})
}

// textPiece takes n bytes out of a sample, as a free box where they are a box.
func (p *parser) textPiece(off, n int64, b box) error {
	const place = "mdat/text"
	at := b.off + b.head
	if b.len == 0 {
		at = off
	}
	empty, err := p.s.Constant(at, off+n-at, 0)
	if err != nil {
		return err
	}
	if p.cover.Pieces() >= codec.MaxMessages {
		p.s.Doubt("more text samples hold something else than can be kept account of")
		return nil
	}
	if !p.cover.Piece(scrub.Range{Off: off, Len: n}) {
		return nil
	}
	if empty && (b.typ == "free" || b.len == 0) {
		p.s.Claim(off, at-off, scrub.Structure, place)
		p.s.Claim(at, off+n-at, scrub.Filler, place)
		return nil
	}
	p.s.Claim(off, n, scrub.Identify, place)
	if p.s.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: off, Len: n}) {
		if b.len > 0 {
			p.s.Put(scrub.Unlink, b.off+4, freeType)
		}
		p.s.Fill(scrub.Destroy, at, off+n-at, 0)
	}
	return nil
}

// maxTiny is how many samples are looked at beside one for each 16 bytes of the
// file: a table of a few bytes can announce a sample for every byte.
const maxTiny = 1 << 16

// eachSample visits the samples of a track that lie in the file.
func (p *parser) eachSample(t *track, visit func(sample) error) error {
	c := newChunks(&t.tables, p.s.Size(), columnBlock)
	c.bare = true
	sizes := &c.t.sizes
	for {
		k, ok, err := c.next()
		if err != nil || !ok {
			return err
		}
		off := k.off
		for i := k.sample; i < k.sample+k.samples; i++ {
			n := int64(t.tables.constant)
			if n == 0 {
				if n, err = sizes.number(i); err != nil {
					return err
				}
			}
			if n > p.s.Left(off) {
				return nil // coverMovie says so
			}
			if p.visited++; p.visited > p.s.Size()/16+maxTiny {
				p.s.Doubt("more samples than can be looked at, for a film of this length")
				return nil
			}
			if err := visit(sample{i, off, n}); err != nil {
				return err
			}
			off += n
		}
	}
}
