// Package psd cleans Photoshop documents, PSD and PSB, in place (Adobe Photoshop File
// Formats Specification).
//
// A document is a header, colours, resources, layers and one picture of all of them. What
// goes of the resources becomes a resource of a plug-in that nobody has; what goes of the
// blocks that belong to layers gets a key that nobody knows. layers.go has the layers.
package psd

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"untag/scrub"
	"untag/scrub/chunk"
)

// Format is the entry of this family in the table of formats.
var Format = scrub.Format{
	Name:       "psd",
	Title:      "Photoshop picture",
	Extensions: []string{"psd", "psb"},
	Sniff: func(head []byte, _ int64) bool {
		return bytes.HasPrefix(head, []byte("8BPS\x00\x01")) || bytes.HasPrefix(head, []byte("8BPS\x00\x02"))
	},
	Parse: parse,
}

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

// document is the work on one document.
type document struct {
	*chunk.Walk
	large                         bool // PSB, whose lengths have 8 bytes
	channels, height, width, bits int64
	table                         int64   // where the colours of an indexed picture are, 0: nowhere
	planes                        []plane // of layers
	strange                       bool    // there are no such pictures
	inflated                      int64   // bytes that came out of streams
}

const (
	headerLen = 26
	signed    = "8BIM"
	signedLen = 7      // signature and number of a resource, and the length of its name
	nobody    = "0FA0" // the resource of a plug-in: what becomes of those that go
)

// resources is how they are written.
var resources = chunk.Dialect{
	Least:  12,
	Read:   readResource,
	Filler: func(p chunk.Part) bool { return p.ID == nobody },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Fill(unlink-1, p.Off+signedLen, p.Head-signedLen-4, 0)
		s.Put(unlink, p.Off+4, []byte{0x0f, 0xa0})
		s.Fill(destroy, p.Body(), p.End()-p.Body(), 0)
	},
	Raw: func(id string) []byte {
		if b, err := hex.DecodeString(id); err == nil {
			return b
		}
		return []byte(id)
	},
	Order: binary.BigEndian,
}

// readResource reads signature, number, name and length of a resource.
func readResource(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b, err := s.Bytes(off, signedLen)
	if err != nil {
		return chunk.Part{}, err
	}
	sig := string(b[:4])
	switch sig {
	case signed, "MeSa", "PHUT", "AgHg", "DCSR":
	default:
		if !scrub.Near(sig, signed) {
			return chunk.Part{}, s.Errorf(off, "resource %q", sig)
		}
	}
	p := chunk.Part{ID: fmt.Sprintf("%04X", binary.BigEndian.Uint16(b[4:])), Off: off, Head: 6 + (int64(b[6])+2)&^1 + 4}
	if p.Head > end-off {
		return p, s.Errorf(off, "resource %s with a name of %d bytes, %d are left", p.ID, b[6], end-off)
	}
	unnamed, err := s.Constant(off+signedLen, p.Head-signedLen-4, 0)
	if err == nil {
		b, err = s.Bytes(p.Body()-4, 4)
	}
	if err != nil {
		return p, err
	}
	if p.ID == nobody && !unnamed {
		p.ID = "named"
	}
	if p.Size = int64(binary.BigEndian.Uint32(b)); p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	p.Pad = min(p.Size&1, end-p.Tail())
	if scrub.Near(sig, signed) {
		if next := p.End(); next != end && (end-next < 4 || string(s.Get(next, 4)) != signed) {
			return p, s.Errorf(off, "resource %q", sig)
		}
		s.Doubt("the signature of resource %s is %q", p.ID, sig)
	}
	return p, nil
}

func parse(s *scrub.Scan) error {
	return chunk.Parse(s, &resources, rules(), func(w *chunk.Walk) error {
		d := &document{Walk: w}
		w.Hands = map[string]chunk.Hand{
			"layer/luni": said, "layer/Layr": d.nested, "layer/Lr16": d.nested, "layer/Lr32": d.nested,
			"PSD/03ED": d.named(chunk.Layout{chunk.UpTo(4, 10_000<<16), chunk.UpTo(2, 2), chunk.UpTo(2, 5), chunk.UpTo(4, 10_000<<16), chunk.UpTo(2, 2), chunk.UpTo(2, 5)}),
			"PSD/040D": d.named(chunk.Layout{chunk.Signed(4, 360)}), "PSD/0419": d.named(chunk.Layout{chunk.Signed(4, 360)}),
			"PSD/0411": d.named(chunk.Layout{chunk.UpTo(1, 1)}), "PSD/0416": d.named(chunk.Layout{chunk.UpTo(2, 256)}), "PSD/0417": d.named(chunk.Layout{chunk.UpTo(2, 256)}),
			"PSD/0428": d.named(chunk.Layout{chunk.UpTo(4, 2), chunk.Any(8)}),
			"PSD/040F": d.profile, "PSD/0421": d.version,
		}
		for id, r := range w.Rules["layer"] {
			if do := byRule[r.In]; do != nil {
				w.Hands["layer/"+id] = do
			}
		}
		at, err := d.header()
		for _, section := range []struct {
			long  bool // its length has 8 bytes in large documents
			claim func(off, n int64) error
		}{{false, d.colours}, {false, d.apply}, {true, d.layers}} {
			if err == nil {
				at, err = d.section(at, d.Size(), section.long, section.claim)
			}
		}
		if err != nil {
			return err
		}
		return d.picture(at)
	})
}

// header claims the file header, and returns where the first section is.
func (d *document) header() (int64, error) {
	b, err := d.Bytes(0, headerLen)
	if err != nil {
		return 0, err
	}
	n := binary.BigEndian
	d.large = b[5] == 2
	d.channels, d.height, d.width, d.bits = int64(n.Uint16(b[12:])), int64(n.Uint32(b[14:])), int64(n.Uint32(b[18:])), int64(n.Uint16(b[22:]))
	if d.channels == 0 || d.channels > 56 || d.height == 0 || d.width == 0 || d.height > 300_000 || d.width > 300_000 || d.bits != 1 && d.bits != 8 && d.bits != 16 && d.bits != 32 {
		d.strange = true
		d.Distrust("%v", d.Errorf(12, "%d channels of %d by %d pixels of %d bits", d.channels, d.width, d.height, d.bits))
	}
	d.Claim(0, 6, scrub.Structure, "header")
	d.Claim(12, headerLen-12, scrub.Structure, "header")
	return headerLen, d.Hide(6, 6, "header/reserved")
}

// section has claim claim as many bytes as the length at off says, before end, and returns
// where they end.
func (d *document) section(off, end int64, long bool, claim func(off, n int64) error) (int64, error) {
	size := int64(4)
	if long && d.large {
		size = 8
	}
	if end-off < size {
		d.Distrust("%d bytes of a section", end-off)
		d.Claim(off, end-off, scrub.Identify, "lengths")
		return end, nil
	}
	b, err := d.Bytes(off, int(size))
	if err != nil {
		return off, err
	}
	d.Claim(off, size, scrub.Structure, "lengths")
	n := d.Number(b)
	if off += size; n > end-off {
		d.Distrust("a section of %d bytes, %d are left", n, end-off)
		n = end - off
	}
	return off + n, claim(off, n)
}

// colours claims the table of an indexed picture, and what a duotone or one of 32 bits has.
func (d *document) colours(off, n int64) error {
	const indexed, duotone, most = 2, 8, 4 << 10
	if d.strange {
		d.Claim(off, n, scrub.Structure, "colours")
		return nil
	}
	b, err := d.Bytes(headerLen-2, 2)
	if err != nil {
		return err
	}
	kept, role := int64(0), scrub.Render
	switch mode := d.Number(b); {
	case mode == indexed:
		if kept = min(n, tableLen); kept == tableLen && d.bits == 8 {
			d.table, role = off, scrub.Structure
		}
	case mode == duotone, d.bits == 32:
		kept = min(n, most)
	}
	zeros, err := d.Constant(off+kept, n-kept, 0)
	if err == nil && !zeros {
		d.Distrust("%d bytes of colours that the picture has no use for", n-kept)
		kept = n
	}
	d.Claim(off, kept, role, "colours")
	d.Claim(off+kept, n-kept, scrub.Filler, "colours/rest")
	return err
}

func (d *document) apply(off, n int64) error {
	_, err := d.Apply(off, off+n, "PSD", "resources")
	return err
}

// named is a [chunk.Hand] for a resource of numbers, whose name goes.
func (d *document) named(l chunk.Layout) chunk.Hand {
	return func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		return true, cmp.Or(d.head(p, place), w.Record(p.Body(), p.Size+p.Pad, l, place))
	}
}

// head claims signature, number, name and length of a resource.
func (d *document) head(p chunk.Part, place string) error {
	const size = 4
	d.Claim(p.Off, signedLen, scrub.Structure, place)
	d.Claim(p.Body()-size, size, scrub.Structure, place)
	return d.Hide(p.Off+signedLen, p.Head-signedLen-size, place+"/name")
}

func (d *document) profile(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if err := d.head(p, place); err != nil {
		return true, err
	}
	err := w.MediumAs("icc", scrub.Extents{{Off: p.Body(), Len: p.Size}}, "ICC")
	if scrub.Refusal(err) {
		w.Doubt("the colour profile stays as it is: %v", err)
		w.Claim(p.Body(), p.Size, scrub.Render, place)
		err = nil
	}
	if err != nil {
		return true, err
	}
	return true, w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// version claims what tells whether the picture of all layers is there; behind it stand
// names of programs.
func (d *document) version(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	f := w.Fields(p, 0)
	if err := d.head(p, place); err != nil {
		return true, err
	}
	f.Due = f.At
	f.Skip(5)
	for _, program := range []string{"/writer", "/reader"} {
		f.Say(2*f.Number(4), scrub.Software, scrub.Identify, place+program)
	}
	if f.Skip(4); f.Sound() {
		f.Flush(place)
		return true, cmp.Or(f.Close(place), w.Hide(p.Tail(), p.Pad, place+"/pad"))
	}
	w.Claim(f.Due, p.End()-f.Due, scrub.Structure, place)
	w.Distrust("%s is not what it has to be", place)
	return true, f.Err
}

// picture claims the picture of all layers, at off.
func (d *document) picture(off int64) error {
	const raw, runs = 0, 1
	if d.strange {
		d.Claim(off, d.Left(off), scrub.Payload, "picture")
		return nil
	}
	if d.Left(off) < 2 {
		d.Distrust("no picture follows the layers")
		d.Claim(off, d.Left(off), scrub.Payload, "picture")
		return nil
	}
	b, err := d.Bytes(off, 2)
	if err != nil {
		return err
	}
	rows, row := d.channels*d.height, (d.width*d.bits+7)/8
	end := scrub.End{Off: off + 2 + rows*row, Doubt: "nothing but its size tells where the picture ends"}
	switch d.Number(b) {
	case raw:
	case runs:
		var whole bool
		if end.Off, whole, err = d.rows(off+2, rows, row); err != nil {
			return err
		}
		if whole {
			end.Proof, end.Doubt = scrub.Counted, ""
		}
	default:
		var whole bool
		if end.Off, whole, err = d.deflated(off+2, d.Left(off+2), rows*row); err != nil {
			return err
		}
		if end.Doubt = ""; whole {
			end.Proof = scrub.Counted
		} else if end.Off = d.Size(); d.Deep() { // damaged, it ends where the file does
			d.Doubt("the picture can't be followed to its end")
		}
	}
	packing := d.Number(b)
	if err := d.paint(off+2, packing == runs, packing == runs && end.Doubt == "" || packing == raw && end.Off == d.Size()); err != nil {
		return err
	}
	n, err := d.Trim(off, min(end.Off, d.Size())-off)
	if err != nil {
		return err
	}
	d.Claim(off, n, scrub.Payload, "picture")
	if off += n; end.Off > d.Size() {
		d.Distrust("a picture that ends at 0x%x", end.Off)
		d.Claim(off, d.Left(off), scrub.Structure, "picture/zeros")
		return nil
	}
	d.Claim(off, end.Off-off, scrub.Structure, "picture/zeros")
	d.End(end.Off, end.Proof, 0)
	if end.Doubt != "" && !d.Careful {
		end.More = d.More
		d.Scan.End(end)
	}
	return nil
}

// rows returns where n rows end, behind a table of how long each of them is, and tells
// whether the first and the last are runs of as many bytes as a row has.
func (d *document) rows(off, n, row int64) (end int64, whole bool, err error) {
	size, last := int64(2), int64(0)
	if d.large {
		size = 4
	}
	end, whole = off+n*size, true
	for first := true; n > 0; first = false {
		b, err := d.Bytes(off, int(min(window, n)*size))
		if err != nil {
			return end, false, err
		}
		off, n = off+int64(len(b)), n-min(window, n)
		for i := int64(0); i < int64(len(b)); i += size {
			last = d.Number(b[i : i+size])
			if first && i == 0 || n == 0 && i+size == int64(len(b)) {
				sound, err := d.isRow(end, last, row)
				if err != nil {
					return end, false, err
				}
				whole = whole && sound
			}
			end += last
		}
	}
	return end, whole, nil
}

const window = 16 << 10

// isRow tells whether n bytes at off are runs, of so many bytes together (PackBits).
func (d *document) isRow(off, n, row int64) (bool, error) {
	b, err := d.Bytes(off, int(min(n, scrub.MaxPiece)))
	if err != nil {
		return false, nil // a row lies outside
	}
	return isRow(b, row, &[256]bool{}), nil
}
