package psd

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/words"
)

// blocks is how what belongs to a layer, or to all, is written. In large documents some
// keys have a longer length: what becomes of one of those has it too.
func (d *document) blocks() *chunk.Dialect {
	return &chunk.Dialect{
		Least:  12,
		Read:   d.readBlock,
		Filler: func(p chunk.Part) bool { return p.ID == "junk" || p.ID == "Alph" },
		Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
			key := "junk"
			if p.Head > 12 {
				key = "Alph"
			}
			if p.Head == 12 || s.Atomic(p.Off+4, 4) {
				s.Put(unlink, p.Off+4, []byte(key))
			}
			s.Fill(destroy, p.Body(), p.End()-p.Body(), 0)
		},
		Vital: []string{"Layr", "Lr16", "Lr32"},
		Starts: func(b []byte) bool {
			return len(b) >= 8 && string(b[:2]) == "8B" && (string(b[4:6]) == "Lr" || string(b[4:6]) == "La")
		},
		Order: binary.BigEndian,
	}
}

// modes are ways to blend.
const modes = "pass norm diss dark mul  idiv lbrn dkCl lite scrn div  lddg lgCl over sLit hLit vLit lLit pLit hMix diff smud fsub fdiv hue  sat  colr lum "

// blends tells whether a way to blend is known. ImageMagick writes some of them backwards.
func blends(mode []byte) bool {
	back := slices.Clone(mode)
	slices.Reverse(back)
	return strings.Contains(modes, string(mode)) || strings.Contains(modes, string(back))
}

// byRule are what the table calls by name.
var byRule = map[string]chunk.Hand{"drawn": drawn, "text": text, "object": object, "numbers": numbers, "mask": mask}

// longKeys are those of a longer length in large documents.
var longKeys = strings.Fields("LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD cinf")

func (d *document) readBlock(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	if end-off < 12 {
		return chunk.Part{}, s.Errorf(off, "a block of %d bytes", end-off)
	}
	b, err := s.Bytes(off, int(min(16, end-off)))
	if err != nil {
		return chunk.Part{}, err
	}
	if sig := string(b[:4]); sig != "8BIM" && sig != "8B64" {
		return chunk.Part{}, s.Errorf(off, "block %q", sig)
	}
	p := chunk.Part{ID: string(b[4:8]), Off: off, Head: 12}
	if d.large && slices.Contains(longKeys, p.ID) {
		p.Head = 16
	}
	if int64(len(b)) < p.Head {
		return p, s.Errorf(off, "block %q of %d bytes", p.ID, end-off)
	}
	if p.Size = d.Number(b[8:p.Head]); p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	for ; p.Pad < 3 && p.Tail()+p.Pad < end; p.Pad++ { // to an even number or four bytes, as writers like it
		b, err := s.Bytes(p.End(), int(min(4, end-p.End())))
		if err != nil || strings.HasPrefix(string(b), "8B") || b[0] != 0 {
			return p, err
		}
	}
	return p, nil
}

// layers claims layers, the mask of all, and what belongs to all.
func (d *document) layers(off, n int64) error {
	if n == 0 {
		return nil
	}
	defer func(before *chunk.Dialect) { d.Dialect = before }(d.Dialect)
	d.Dialect = d.blocks()
	end := off + n
	at, err := d.section(off, end, true, d.info)
	if err != nil || end-at < 4 {
		if err == nil {
			err = d.Hide(at, end-at, "layers/rest")
		}
		return err
	}
	at, err = d.section(at, end, false, func(off, n int64) error {
		return d.Record(off, n, chunk.Layout{chunk.UpTo(2, 16), chunk.Any(8), chunk.UpTo(2, 100), chunk.One(1, 0, 1, 128)}, "mask")
	})
	if err != nil {
		return err
	}
	_, err = d.Apply(at, end, "layer", "all")
	return err
}

func (d *document) nested(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	return true, cmp.Or(d.info(p.Body(), p.Size), w.Hide(p.Tail(), p.Pad, place+"/pad"))
}

// info claims what is known of layers, and their pixels.
func (d *document) info(off, n int64) error {
	if n < 2 {
		return d.Hide(off, n, "layers")
	}
	f := d.Fields(chunk.Part{ID: "layers", Off: off, Size: n}, 0)
	count, pixels := int64(int16(f.Number(2))), int64(0)
	d.planes = d.planes[:0]
	for range max(count, -count) {
		if err := d.layer(f, &pixels); err != nil {
			return err
		}
		if !f.Sound() || pixels > n {
			break
		}
	}
	if at := f.At; f.Take(pixels, "layers") {
		d.Claim(at, pixels, scrub.Payload, "layers/pixels")
		if err := d.measured(at); err != nil {
			return err
		}
		rest := f.Left()
		if zeros, err := d.Constant(f.At, rest, 0); err != nil || zeros || rest < 4 {
			return errors.Join(err, d.Hide(f.At, rest, "layers/rest"))
		}
		d.Distrust("layers have fewer bytes than there are")
		d.Claim(f.At, rest, scrub.Payload, "layers")
		return nil
	}
	d.Claim(f.Due, off+n-f.Due, scrub.Payload, "layers")
	d.Distrust("layers have more bytes than there are")
	return f.Err
}

// layer claims the record of a layer and adds how many bytes its pixels have.
func (d *document) layer(f *chunk.Fields, pixels *int64) error {
	const place, maskMost, rangesMost = "layer", 64, 8 * 60
	wide := int64(4)
	if d.large {
		wide = 8
	}
	box, first := d.corners(f), len(d.planes)
	for range min(f.Number(2), 60) {
		id, n := int16(f.Number(2)), min(f.Number(wide), d.Size())
		*pixels += n
		if d.planes = append(d.planes, plane{id, n, box}); len(d.planes) > planesMost {
			d.planes = d.planes[:planesMost]
		}
	}
	if mode := f.Peek(8); f.Sound() && (string(mode[:4]) != "8BIM" || !blends(mode[4:])) {
		d.Doubt("a layer is blended in a way that is not known")
	}
	f.Skip(11) // how it is blended
	f.Blank(1, place)
	extra := f.Number(4)
	end := f.At + extra
	for i, most := range []int64{maskMost, rangesMost} {
		n := f.Number(4)
		if at := f.At; i == 0 && n >= 16 && f.Sound() {
			d.masked(d.planes[min(first, len(d.planes)):], d.corners(f))
			f.At = at
		}
		at := f.At
		if f.Skip(min(n, most)); f.Sound() && f.Err == nil {
			if text, err := coded.Numbers(d.Reader, at, f.At-at); err != nil {
				return err
			} else if text {
				d.Doubt("the mask of a layer, or how it blends, holds text")
			}
		}
		f.Blank(n-min(n, most), place)
	}
	if extra > 0 {
		n := (f.Number(1)+4)&^3 - 1
		if at := f.At + n; at > end || end-at >= 4 && f.Sound() && !d.begins(at) {
			d.Distrust("the name of a layer has %d bytes", n)
			n = 0
		}
		f.Say(n, scrub.Caption, scrub.Identify, place+"/name")
	}
	at := f.At
	if !f.Take(end-at, place) {
		return f.Err
	}
	_, err := d.Apply(at, end, "layer", place)
	return err
}

// begins tells whether a block begins at off.
func (d *document) begins(off int64) bool {
	_, err := d.Read(d.Scan, off, d.Size())
	return err == nil
}

// said claims a block that is a text, behind the number of its letters.
func said(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	n := min(p.Size, 4)
	w.Claim(p.Off, p.Head+n, scrub.Structure, place)
	if _, err := w.Say(p.Body()+n, p.Size-n+p.Pad, scrub.Caption, scrub.Identify, place); err != nil {
		return true, err
	}
	return true, nil
}

// drawn claims a block of numbers that a layer is drawn by.
func drawn(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const piece, overlap = 64 << 10, 512
	pieces, err := coded.Prose(w.Reader, p.Body(), p.Size)
	if err != nil {
		return true, err
	}
	if len(pieces) > 0 {
		return object(w, p, place)
	}
	for at := p.Body(); at < p.Tail(); at += piece - overlap {
		b, err := w.Bytes(at, int(min(p.Tail()-at, piece)))
		if err != nil {
			return true, err
		}
		if named(b) || told(b) {
			return object(w, p, place)
		}
		if p.Tail()-at <= piece {
			break
		}
	}
	return true, w.Keep(p, scrub.Render, place)
}

// told tells whether b reads as words in a row. What Photoshop calls its numbers is one word.
func told(b []byte) bool {
	const run, gaps = 12, " .,:;@_-/+'="
	for i := 0; i+run <= len(b); i++ {
		if bytes.ContainsAny(b[i:i+run], gaps) && coded.Spoken(b[i:i+run], run) {
			return true
		}
	}
	return false
}

// numbers claims a block of a few numbers.
func numbers(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const most = 64
	if p.Size > most {
		return w.Drop(p, scrub.Unknown, place, "")
	}
	text, err := coded.Numbers(w.Reader, p.Body(), p.Size)
	if err != nil {
		return true, err
	}
	if text {
		w.Doubt("%s holds text", place)
	}
	return true, w.Keep(p, scrub.Structure, place)
}

// mask claims the colour in which editors show a mask: half of red, unless somebody chose another one.
func mask(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const given = "\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x32"
	if p.Size != int64(len(given)) || string(w.Get(p.Body(), len(given))) != given {
		return object(w, p, place)
	}
	return true, w.Keep(p, scrub.Structure, place)
}

// named tells whether a name is in b, in letters of 16 bits behind their number, other than
// those that Photoshop gives and translates.
func named(b []byte) bool {
	const least, most, given = 4, 128, "$$$/"
	for i := 0; i+4 <= len(b); i++ {
		n := int(binary.BigEndian.Uint32(b[i : i+4]))
		if n < least || n > 1<<16 || len(b)-i-4 < 2*min(n, most) {
			continue
		}
		units := b[i+4 : i+4+2*min(n, most)]
		letters := 0 // of 8 bits, two of which read as one of Chinese
		for _, c := range units {
			if c >= ' ' && c < 0x7f {
				letters++
			}
		}
		text := strings.TrimRight(words.UTF16(units, 0), "\x00")
		if 4*letters < 3*len(units) && utf8.RuneCountInString(text) >= least-1 && words.Readable(text) && !strings.HasPrefix(text, given) {
			return true
		}
	}
	return false
}

// text claims the text of a layer, which is there as pixels too.
func text(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if w.Goes(scrub.Describe, scrub.Title) {
		return w.Drop(p, scrub.Title, place, "")
	}
	w.Doubt("the text of a layer, which is there as pixels too, stays for editors; scrub --remove title removes it")
	w.Stuck(scrub.Finding{Kind: scrub.Title, Place: place, Off: p.Off, Len: p.Len()})
	return true, w.Keep(p, scrub.Render, place)
}

// object claims what a layer can be drawn anew by, and nobody can look into.
func object(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if p.Size == 0 { // as Photoshop writes where there are none
		return true, w.Keep(p, scrub.Structure, place)
	}
	w.Doubt("block %q of a layer stays, since editors draw by it, and can't be looked into", p.ID)
	w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: p.Off, Len: p.Len()})
	return true, w.Keep(p, scrub.Render, place)
}
