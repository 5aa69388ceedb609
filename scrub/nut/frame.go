package nut

import (
	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/crc"
)

// Flags of frames.
const (
	codedTime = 1 << 3
	hasStream = 1 << 4
	hasSize   = 1 << 5
	hasCheck  = 1 << 6
	hasMore   = 1 << 7
	sideData  = 1 << 8
	hasHead   = 1 << 10
	hasMatch  = 1 << 11
	codedBits = 1 << 12
	invalid   = 1 << 13
)

// frame is a coded one: a picture that may be the last.
type frame struct {
	st     *stream
	x      scrub.Range
	elided scrub.Range
	no     int64
}

// probes are how many pictures of a stream are looked into, and the last one, where not all are.
const probes = 32

// frame reads a frame and returns where it ends, -1 if there is none.
func (f *film) frame(off int64) (next int64, tells bool, err error) {
	const head = 64 // more than all numbers before its data take
	b, err := f.Bytes(off, int(min(head, f.end-off)))
	if err != nil {
		return -1, false, err
	}
	c, x := &cursor{b: b, at: 1}, f.codes[b[0]]
	if x.flags&codedBits != 0 {
		x.flags ^= c.number()
	}
	if x.flags&hasStream != 0 {
		x.stream = c.number()
	}
	if x.flags&codedTime != 0 {
		c.number()
	}
	size := x.lsb
	if x.flags&hasSize != 0 {
		msb := c.number()
		if msb > 1<<40 || x.mul > 1<<20 {
			return -1, false, nil
		}
		size += msb * x.mul
	}
	if x.flags&hasMatch != 0 {
		c.signed()
	}
	if x.flags&hasHead != 0 {
		x.head = c.number()
	}
	if x.flags&hasMore != 0 {
		x.reserved = c.number()
	}
	for ; x.reserved > 0 && !c.bad; x.reserved-- {
		c.number()
		f.Doubt("heads of frames hold more than they need")
	}
	sum := crc.Ogg.Update(0, b[:min(c.at, len(b))])
	wrong := x.flags&hasCheck != 0 && uint32(c.fixed(checkLen)) != sum
	st := f.streams[x.stream]
	if !f.known || c.bad || wrong || x.flags&invalid != 0 || st == nil || x.head >= uint64(len(f.elided)) {
		return -1, false, nil
	}
	elided := f.elided[x.head]
	if size > 4<<10 { // longer ones are written as they are
		elided = scrub.Range{}
	}
	data := off + int64(c.at)
	n := int64(size) - elided.Len
	if n < 0 || n > f.end-data {
		return -1, false, nil
	}
	if x.flags&sideData != 0 {
		f.Doubt("frames hold data beside pictures and sound")
	}
	tells, err = f.coded(frame{st, scrub.Range{Off: data, Len: n}, elided, st.frames})
	st.frames++
	return data + n, tells, err
}

// coded looks into a picture, or remembers it in case that it is the last one.
func (f *film) coded(x frame) (tells bool, err error) {
	switch {
	case !x.st.picture && !x.st.Signed() || x.x.Len == 0:
		return false, nil
	case f.all || x.no < probes:
		return f.see(x)
	}
	f.last = x
	return false, nil
}

// lastFrame looks into the picture before something else, if that was not done.
func (f *film) lastFrame() (tells bool, err error) {
	x := f.last
	f.last = frame{}
	if x.st == nil || x.x.Off < f.due {
		return false, nil
	}
	return f.see(x)
}

// see looks into a picture, the first bytes of which may stand in the main header.
func (f *film) see(x frame) (tells bool, err error) {
	f.payload(x.x.Off)
	f.due = x.x.End()
	if x.elided.Len == 0 {
		done, tells, err := f.look.Motion(&x.st.Stream, scrub.Extents{x.x}, "frames")
		if !done && err == nil {
			tells, err = f.look.Frame(&x.st.Stream, x.x.Off, x.x.Len, x.no, "frames")
		}
		return tells && (x.no > 0 || x.st.Timed), err
	}
	if x.st.Kind == codec.Fields || x.st.Kind == codec.Pictures {
		f.Doubt("pictures of which a part is left out can't be looked into")
	}
	r, err := f.Piece(scrub.Extents{x.elided, x.x})
	if err != nil {
		return false, err
	}
	pieces, err := x.st.Frame(r, 0, x.elided.Len+x.x.Len, x.no)
	if err != nil && !scrub.Refusal(err) {
		return false, err
	}
	if err != nil {
		f.Mangled("coded frames can't be read")
		pieces = nil
	}
	pieces = f.look.Most(pieces)
	for i := range pieces {
		p := &pieces[i]
		if p.Off < x.elided.Len {
			f.Doubt("the part of frames that is left out tells something")
			pieces = nil
			break
		}
		p.Off += x.x.Off - x.elided.Len
		for j := range p.Edits {
			p.Edits[j].Off += x.x.Off - x.elided.Len
		}
	}
	coded.Report(f.Scan, x.x.Off, x.x.Len, "frames", pieces)
	return len(pieces) > 0, nil
}
