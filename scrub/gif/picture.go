package gif

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
)

// colors is a table of colours and which of its entries pictures show.
type colors struct {
	at, n int64 // in bytes
	used  [256]bool
	all   bool // some picture could not be followed
}

// tableLen is the length of the table of colours that flags announce, in bytes.
func tableLen(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// picture claims an image: its descriptor, colours and pixels (sections 20 to 22).
func (m *medium) picture(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.Off, imageLen-1)
	w.Claim(p.Off, imageLen-1, scrub.Structure, place)
	w.Claim(p.Body()-1, 1, scrub.Structure, place)
	left, top, width, height := le16(b[1:]), le16(b[3:]), le16(b[5:]), le16(b[7:])
	if left >= m.width || top >= m.height || width == 0 || height == 0 {
		w.Doubt("a picture lies where players show nothing of it")
	}
	if !m.Careful {
		if err := w.Field(p.Off+9, []byte{b[9] &^ 0x18}, scrub.Hidden, place+"/flags"); err != nil {
			return true, err
		}
	}
	m.controls, m.pictures = 0, m.pictures+1
	own := colors{at: p.Off + imageLen - 1, n: tableLen(b[9])}
	seen := &own
	if own.n == 0 {
		seen = &m.colours
	}
	for _, entry := range []int{0, m.transparent} { // where the picture leaves the screen free, Pillow shows one of them
		if entry >= 0 {
			seen.used[entry] = true
		}
	}
	m.transparent = -1
	end, err := m.pixels(p, int64(width)*int64(height), seen)
	if err != nil {
		return true, err
	}
	if err := m.colors(own, place+"/colours"); err != nil {
		return true, err
	}
	if end == nil {
		n, err := w.Trim(p.Body(), p.Size)
		w.Claim(p.Body(), n, scrub.Payload, place)
		w.Claim(p.Body()+n, p.Size-n, scrub.Filler, place)
		return true, err
	}
	return true, m.ended(p, end, place)
}

// pixels follows the codes of a picture of so many pixels, and notes which colours they
// have. It returns where they end: nil if their number and the end code don't agree, or
// nothing was followed.
func (m *medium) pixels(p chunk.Part, n int64, seen *colors) (*codes, error) {
	if p.Cut || !m.Deep() {
		seen.all, m.whole = true, false
		return nil, nil
	}
	size := m.Get(p.Body()-1, 1)
	in := &codes{s: m.Scan, next: p.Body()}
	got, ended := in.follow(uint(size[0]), &seen.used)
	switch {
	case in.err != nil:
		return nil, in.err
	case ended && got == n:
		return in, nil
	case got == n && in.drained:
		m.whole = false
		return nil, nil
	}
	seen.all, m.whole = true, false
	m.Doubt("a picture of %d pixels has %d", n, got)
	return nil, nil
}

// ended claims a picture whose codes end at a place. Readers look at nothing behind it.
func (m *medium) ended(p chunk.Part, in *codes, place string) error {
	const last = 1 // byte of the codes, of which some bits are left over
	m.Claim(p.Body(), in.at-last-p.Body(), scrub.Payload, place)
	m.Claim(in.at-last, last, scrub.Structure, place)
	b := m.Get(in.at-last, last)
	if want := b[0] &^ (0xff << (8 - in.n) & 0xff); !m.Careful {
		if err := m.Field(in.at-last, []byte{want}, scrub.Hidden, place+"/bits"); err != nil {
			return err
		}
	}
	if err := m.over(in.at, p); err != nil {
		return err
	}
	if err := m.Hide(in.at, in.next-in.at, place+"/rest"); err != nil {
		return err
	}
	return m.behind(in.next, p, place)
}

// over distrusts a part of which the bytes from off on are not read, if a block begins there:
// a length before it is wrong.
func (m *medium) over(off int64, p chunk.Part) error {
	wrong, err := terminated(m.Scan, off, p.Tail())
	if err != nil {
		return err
	}
	what, err := m.More(off, p.Tail()-off)
	if wrong || what != "" {
		m.Distrust("a block follows the last byte that is read of part %q", p.ID)
	}
	return err
}

// behind claims the sub-blocks of a part from the length at off on: nobody reads them.
func (m *medium) behind(off int64, p chunk.Part, place string) error {
	last := p.Tail() - 1
	if err := m.over(off, p); err != nil {
		return err
	}
	quiet, err := hushed(m.Scan, off, last, false)
	if err != nil {
		return err
	}
	m.Claim(last, 1, scrub.Structure, place)
	if quiet || m.Careful {
		m.Claim(off, last-off, scrub.Structure, place)
		return nil
	}
	m.Claim(off, last-off, scrub.Identify, place+"/rest")
	if m.Found(scrub.Finding{Kind: scrub.Hidden, Place: place + "/rest", Off: off, Len: last - off}) {
		return hush(m.Scan, off, last, false)
	}
	return nil
}

// control claims what tells how the next picture is shown, section 23.
func (m *medium) control(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const size = 4
	b, err := w.Bytes(p.Body(), int(min(p.Size, 1+size)))
	if err != nil {
		return true, err
	}
	if m.controls++; m.controls > 1 {
		w.Doubt("two graphic controls before a picture: players differ in which of them counts")
	}
	if m.Careful {
		return true, w.Keep(p, scrub.Structure, place)
	}
	if len(b) <= size || b[0] != size {
		w.Distrust("a graphic control of %d bytes", p.Size)
		return true, w.Keep(p, scrub.Structure, place)
	}
	w.Claim(p.Off, p.Head+1+size, scrub.Structure, place)
	b[1] &= 0x1f
	if m.transparent = int(b[4]); b[1]&1 == 0 { // nothing is transparent
		m.transparent, b[4] = -1, 0
	}
	if err := w.Field(p.Body(), b, scrub.Hidden, place+"/reserved"); err != nil {
		return true, err
	}
	return true, m.behind(p.Body()+1+size, p, place)
}

// loops claims what tells how often an animation plays: a sub-block of a one and a number.
func (m *medium) loops(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const name, size = 1 + nameLen, 3
	b, err := w.Bytes(p.Body(), int(min(p.Size, name+1+size)))
	if err != nil {
		return true, err
	}
	if m.Careful {
		return true, w.Keep(p, scrub.Structure, place)
	}
	if len(b) <= name+size || b[name] < size || b[name+1] != 1 {
		w.Doubt("%s does not tell how often the animation plays", place)
		return true, w.Keep(p, scrub.Structure, place)
	}
	if times := b[name+2:]; m.loop == nil {
		m.loop = times
	} else if !bytes.Equal(m.loop, times) {
		w.Doubt("two blocks that differ tell how often the animation plays")
	}
	w.Claim(p.Off, p.Head+int64(len(b)), scrub.Structure, place)
	next := p.Body() + name + 1 + int64(b[name])
	if err := w.Hide(p.Body()+int64(len(b)), next-p.Body()-int64(len(b)), place+"/rest"); err != nil {
		return true, err
	}
	return true, m.behind(next, p, place)
}

// colors claims a table of colours. What no picture shows becomes black.
func (m *medium) colors(t colors, place string) error {
	if t.n == 0 {
		return nil
	}
	b, err := m.Bytes(t.at, int(t.n))
	if err != nil {
		return err
	}
	m.Claim(t.at, t.n, scrub.Structure, place)
	ramp := true // of greys, which Pillow shows as a grey picture
	want := slices.Clone(b)
	for i := range len(b) / 3 {
		grey := []byte{byte(i), byte(i), byte(i)}
		ramp = ramp && bytes.Equal(b[3*i:3*i+3], grey)
		if !t.used[i] {
			copy(want[3*i:], "\x00\x00\x00")
		}
	}
	if t.all || ramp || bytes.Equal(b, want) || !m.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: t.at, Len: t.n}) {
		return nil
	}
	m.Put(scrub.Destroy, t.at, want)
	return nil
}
