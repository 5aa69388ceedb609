package asf

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
)

// Kinds of streams (10.2).
const (
	audio = "F8699E40-5B4D-11CF-A8FD-00805F5C442B"
	video = "BC19EFC0-5B4D-11CF-A8FD-00805F5C442B"
)

// spread is the error correction of sound, whose data end with silence (9.4.1).
const spread = "BFC3CD50-618F-11CF-8BB2-00AA00B4E220"

// uncorrected is that of streams without any (9.4.2).
const uncorrected = "20FB5700-5B55-11CF-A8FD-00805F5C442B"

// stream claims the Stream Properties (3.3).
func (f *film) stream(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const fixed = 54
	if p.Size < fixed {
		return true, f.keep(p, fixed, place)
	}
	b := f.Get(p.Body(), fixed)
	le := binary.LittleEndian
	flags := le.Uint16(b[48:])
	t := f.track(int(flags & 0x7f))
	t.declared, t.kind = true, guid(b)
	specific, correction := int64(le.Uint32(b[40:])), int64(le.Uint32(b[44:]))
	if specific > p.Size-fixed || correction > p.Size-fixed-specific {
		return true, f.keep(p, p.Size+1, place)
	}
	f.Claim(p.Off, p.Head+fixed, scrub.Structure, place)
	if err := f.Field(p.Body()+48, []byte{b[48], b[49] & 0x80, 0, 0, 0, 0}, scrub.Hidden, place+"/reserved"); err != nil {
		return true, err
	}
	if err := f.fit(p.Body()+32, offset, place); err != nil {
		return true, err
	}
	at := p.Body() + fixed
	if err := f.specific(t, at, specific, place); err != nil {
		return true, err
	}
	used := int64(0)
	switch guid(b[16:]) {
	case spread:
		used = min(correction, 8)
	case uncorrected:
	default:
		f.Doubt("a stream has an error correction that nobody knows")
	}
	at += specific
	f.Claim(at, used, scrub.Structure, place)
	return true, f.Rest(at+used, p.Tail()-at-used, place)
}

// specific claims what a stream says of its codec: a WAVEFORMATEX (9.1), or a size and
// a BITMAPINFOHEADER (9.2), and what the codec adds to them.
func (f *film) specific(t *track, off, n int64, place string) error {
	const size, points = 11, 24 // before a BITMAPINFOHEADER, and in it before how many make a metre
	b := f.Get(off, int(min(n, size+7)))
	le := binary.LittleEndian
	used, before := n, int64(0)
	switch {
	case t.kind == audio && n >= 18:
		used, t.codec.Kind = 18+int64(le.Uint16(b[16:])), codec.ACM
	case t.kind == audio && n >= 16:
		t.codec.Kind = codec.ACM
	case t.kind == video && n >= size+40:
		t.codec.Parsed = true
		used, before, t.codec.Kind = size+int64(le.Uint16(b[9:])), size, codec.VFW
		if err := f.Field(off+size+points, make([]byte, 8), scrub.Hidden, place+"/points a metre"); err != nil {
			return err
		}
	case t.kind == audio || t.kind == video:
		used = n + 1
	default:
		f.Doubt("a stream of kind %s can't be looked into", t.kind)
		before = n
	}
	if used > n {
		f.Distrust("a stream says too little of its codec")
		used, before = n, n
	}
	f.Claim(off, before, scrub.Structure, place+"/codec")
	if before < used {
		if err := f.look.Config(&t.codec, off+before, used-before, place+"/codec"); err != nil {
			return err
		}
		fields := wave
		if t.kind == video {
			fields = picture
		}
		if err := f.fit(off, fields, place+"/codec"); err != nil {
			return err
		}
	}
	if t.kind == video && t.codec.Kind == codec.Unknown {
		f.Doubt("a codec that nobody knows can't be looked into")
	}
	return f.Rest(off+used, n-used, place+"/codec")
}

// fit doubts fields at off with values that they can't have.
func (f *film) fit(off int64, l chunk.Layout, place string) error {
	c := f.Fields(chunk.Part{Off: off, Size: l.Size()}, 0)
	c.Fit(l, place)
	return c.Err
}

// system is something that payloads carry beside the media (4.1, payload extensions).
type system struct {
	size  int64 // varies if it is 0xffff
	stays bool
}

const varies = 0xffff

// systems are those that playing needs: duration, shape and kind of a sample, whether
// it can be begun with, how it is encrypted, and the times of DVR-MS.
var systems = map[string]bool{
	"C6BD9450-867F-4907-83A3-C77921B733AD": true, "1B1EE554-F9EA-4BC8-821A-376B74E4C4B8": true, "D590DC20-07BC-436C-9CF7-F3BBFBF1A4DC": true,
	"F72A3C6F-6EB4-4EBC-B192-09AD9759E828": true, "6698B84E-0AFA-4330-AEB2-1C0A98D7A44D": true, "FD3CC02A-06DB-4CFA-801C-7212D38745E4": true,
}

// extended claims the Extended Stream Properties (4.1), behind which those of the
// stream may stand.
func (f *film) extended(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	c := f.Fields(p, 48)
	t := f.track(int(c.Number(2)))
	c.Skip(2 + 8)
	names, systemsLeft := c.Number(2), c.Number(2)
	for ; names > 0 && c.Sound(); names-- {
		c.Skip(2)
		c.Say(c.Number(2), scrub.Comment, 0, place+"/name")
	}
	for ; systemsLeft > 0 && c.Sound(); systemsLeft-- {
		if id := c.Peek(16); c.Sound() {
			c.Skip(16)
			t.extensions = append(t.extensions, system{c.Number(2), systems[guid(id)]})
			c.Blank(c.Number(4), place+"/extension")
		}
	}
	if c.Err != nil {
		return true, c.Err
	}
	if !c.Sound() {
		f.Distrust("what a stream says of itself contradicts itself")
		c.At = p.Tail()
	}
	c.Flush(place)
	if c.Left() > 0 {
		if in, err := f.Read(f.Scan, c.At, p.Tail()); err == nil && in.ID == stream && !in.Cut {
			c.At = in.End()
			if c.Due = c.At; c.Err == nil {
				_, c.Err = f.stream(w, in, place+"/Stream Properties")
			}
		}
	}
	return true, c.Close(place)
}
