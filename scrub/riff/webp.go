package riff

import (
	"bytes"
	"cmp"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/exif"
	"untag/scrub/xmp"
)

// Flags of VP8X (RFC 9649, 2.7).
const (
	hasAnimation = 0x02
	hasXMP       = 0x04
	hasEXIF      = 0x08
	hasAlpha     = 0x10
	hasProfile   = 0x20
)

// picture is what is known of a WebP.
type picture struct {
	extended int64 // where the flags are, 0 without them
	flags    byte  // as they are
	oriented bool  // EXIF tells an orientation that stays
	curved   bool  // XMP tells the projection of a panorama
	size     int64 // where width and height of the frame are, each less one
	left     int64 // macroblocks of lossy pictures that may still be followed
	shown    layer // what stands beside the flags
	frame    *layer
	frames   int64
}

// layer is what is shown at once: a picture, and before a lossy one its transparency.
type layer struct {
	pictures, alphas int
	odd              bool // more than that, or in another order
}

func (l *layer) add(id string) {
	if id == "ALPH" {
		l.odd = l.odd || l.pictures+l.alphas > 0
		l.alphas++
		return
	}
	l.odd = l.odd || l.pictures > 0 || l.alphas > 0 && id == "VP8L"
	l.pictures++
}

// unshown doubts coded pictures that readers pass over: beside a picture, an animation that is not announced,
// or transparency of nothing.
func (m *medium) unshown() {
	s, animated := m.still, m.still.extended > 0 && m.still.flags&hasAnimation != 0
	switch {
	case s.shown.odd, animated && s.shown != (layer{}), !animated && s.frames > 0, s.shown.alphas > 0 && s.extended == 0:
		m.Doubt("parts of the picture may never be shown")
	}
}

// followLimit is the size in bytes up to which lossy pictures are followed by default. It takes
// about 0.1 s of computing a megabyte.
const followLimit = 1 << 20

// Macroblocks of the largest picture, and so many a byte: libwebp has 2 in a picture of one colour.
const largest, densest = 1 << 20, 8

// extended claims VP8X. It comes first; the flags of what goes are cleared before.
func (m *medium) extended(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const size = 10
	if p.Size < size || m.still.extended > 0 {
		return true, w.Errorf(p.Off, "VP8X of %d bytes", p.Size)
	}
	m.still = picture{extended: p.Body(), flags: w.Get(p.Body(), 1)[0], size: p.Body() + 4}
	if err := w.Record(p.Body(), p.Size, chunk.Layout{chunk.Any(1), chunk.Zero(3), chunk.UpTo(3, 1<<24), chunk.UpTo(3, 1<<24)}, place); err != nil {
		return true, err
	}
	return true, claim(w, p, place)
}

// flagged corrects the flags, once it is known what stays.
func (m *medium) flagged() {
	if m.still.extended == 0 || m.Careful {
		return
	}
	want := m.still.flags & (hasAnimation | hasAlpha | hasProfile)
	if m.still.oriented {
		want |= hasEXIF
	}
	if m.still.curved {
		want |= hasXMP
	}
	if want != m.still.flags {
		m.Put(scrub.Announce, m.still.extended, []byte{want})
	}
}

// picture claims coded picture.
func (m *medium) picture(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	m.tells.payload, m.tells.picture = true, true
	cmp.Or(m.still.frame, &m.still.shown).add(p.ID)
	if whole, err := begins(w, p); err != nil {
		return true, err
	} else if !whole {
		w.Distrust("chunk %q is no picture, or less of it than it says", p.ID)
	}
	pieces, err := m.follow(w, p)
	if err != nil {
		return true, err
	}
	coded.Report(w.Scan, p.Body(), p.Size, place, pieces)
	if p.ID != "VP8 " {
		err = m.behind(w, p)
	}
	return true, cmp.Or(err, claim(w, p, place))
}

// follow returns what in a chunk is no code of a lossy picture. It doubts one whose codes can't
// be followed, and looks at both ends of it, as at those of others.
func (m *medium) follow(w *chunk.Walk, p chunk.Part) ([]coded.Piece, error) {
	if p.ID == "VP8 " && !p.Cut && w.DeepUpTo(followLimit) {
		if m.still.left == 0 {
			m.still.left = largest + densest*w.Size()
		}
		pieces, whole, err := coded.VP8(w.Reader, p.Body(), p.Size, &m.still.left)
		if whole || err != nil {
			for i := range pieces {
				if m.Careful {
					pieces[i].Edits = nil
				}
			}
			return pieces, err
		}
		w.Doubt("the codes of a picture can't be followed to their end")
	}
	return coded.Prose(w.Reader, p.Body(), p.Size)
}

// behind doubts what follows the codes of a lossless picture, or of transparency, in its chunk.
func (m *medium) behind(w *chunk.Walk, p chunk.Part) error {
	const raw, packed = 0, 1
	off, width, height := p.Body(), int64(0), int64(0)
	if p.ID == "ALPH" {
		if m.still.size == 0 || p.Size < 1 {
			return nil
		}
		width, height = m.Number(w.Get(m.still.size, 3))+1, m.Number(w.Get(m.still.size+3, 3))+1
		off++
	}
	end, sound := off+width*height, true
	if p.ID != "ALPH" || w.Get(p.Body(), 1)[0]&3 == packed {
		var err error
		if end, sound, err = coded.VP8L(w.Reader, off, p.Tail()-off, int(width), int(height)); err != nil {
			return err
		}
	}
	switch {
	case !sound || end > p.Tail():
		w.Doubt("the codes of a picture can't be followed to their end")
	case !w.Zeros(end, p.Tail()-end):
		w.Doubt("%d bytes follow the codes of a picture in its chunk", p.Tail()-end)
	}
	return nil
}

// begins tells whether a chunk begins as a picture does: with the signature of VP8L, or
// with a frame of VP8 whose first partition the chunk has room for (RFC 6386, 9.1).
func begins(w *chunk.Walk, p chunk.Part) (bool, error) {
	const head = 10
	b, err := w.Bytes(p.Body(), int(min(p.Size, head)))
	switch {
	case err != nil || p.ID == "ALPH":
		return err == nil, err
	case p.ID == "VP8L":
		return len(b) > 0 && b[0] == 0x2f, nil
	}
	return len(b) == head && string(b[3:6]) == "\x9d\x01\x2a" && w.Number(b[:3])>>5 <= p.Size-head, nil
}

// frame claims ANMF: where and how long a frame is shown, and its picture.
func (m *medium) frame(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 16
	if p.Size < head {
		return true, w.Errorf(p.Off, "frame of %d bytes", p.Size)
	}
	if err := w.Record(p.Body(), head, chunk.Layout{chunk.Any(3), chunk.Any(3), chunk.Any(3), chunk.Any(3), chunk.Any(3), chunk.Flags(1, 3)}, place); err != nil {
		return true, err
	}
	m.still.size = p.Body() + 6
	m.still.frame = &layer{}
	m.still.frames++
	if _, err := w.Apply(p.Body()+head, p.Tail(), "ANMF", place); err != nil {
		return true, err
	}
	if f := m.still.frame; f.odd || f.pictures == 0 || !m.onCanvas(p.Body()) {
		w.Doubt("parts of a frame may never be shown")
	}
	m.still.frame = nil
	return true, claim(w, p, place)
}

// onCanvas tells whether the frame at off lies in the picture.
func (m *medium) onCanvas(off int64) bool {
	if m.still.extended == 0 {
		return false
	}
	field := func(off int64) int64 { return m.Number(m.Get(off, 3)) }
	for i := int64(0); i < 6; i += 3 {
		if 2*field(off+i)+field(off+6+i) > field(m.still.extended+4+i) {
			return false
		}
	}
	return true
}

// profile cleans a colour profile. One that can't be read stays.
func (m *medium) profile(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	before := w.Point()
	if m.Careful {
		w.Claim(p.Body(), p.Size, scrub.Render, place)
		return true, claim(w, p, place)
	}
	err := w.MediumAs("icc", scrub.Extents{{Off: p.Body(), Len: p.Size}}, place)
	if scrub.Refusal(err) {
		w.Reset(before)
		w.Doubt("the colour profile can't be read")
		w.Claim(p.Body(), p.Size, scrub.Render, place)
		err = nil
	}
	if err != nil {
		return true, err
	}
	return true, claim(w, p, place)
}

// panorama takes XMP down to the projection of a panorama: the rest becomes spaces, and nothing moves.
func (m *medium) panorama(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.Body(), int(min(p.Size, xmp.MaxPacket)))
	r := xmp.Reduce(b, xmp.Keep{Panorama: true})
	if m.Careful || m.still.curved || m.still.flags&hasXMP == 0 || p.Size > int64(len(b)) || r.Empty() {
		return w.Drop(p, scrub.Caption, place, "")
	}
	m.still.curved = true
	role := scrub.Render
	if len(r.Blank) > 0 && w.Found(scrub.Finding{Kind: scrub.Caption, Place: place, Off: p.Off, Len: p.Len()}) {
		role = scrub.Identify
		for _, s := range r.First {
			w.Fill(scrub.Unlink, p.Body()+int64(s.Off), int64(s.End-s.Off), ' ')
		}
		for _, s := range r.Blank {
			w.Fill(scrub.Destroy, p.Body()+int64(s.Off), int64(s.End-s.Off), ' ')
		}
	}
	w.Claim(p.Body(), p.Size, role, place)
	return true, claim(w, p, place)
}

// misplaced stands before the block in EXIF as some programs write it.
const misplaced = "Exif\x00\x00"

// oriented is a block of EXIF that says nothing but the orientation, as long as another:
// an IFD of one entry at off, and zeros.
type oriented struct {
	order    byte // I or M
	off      int64
	turn     uint16
	len, pre int64
}

// ifd is the directory: one entry.
func (o oriented) ifd() []byte {
	t := byte(o.turn)
	if o.order == 'I' {
		return []byte{1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, t, 0, 0, 0, 0, 0, 0, 0}
	}
	return []byte{0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, t, 0, 0, 0, 0, 0, 0}
}

const directory = 18 // length of ifd

// pointer is where the header of the block says that the directory is.
func (o oriented) pointer() []byte {
	if o.order == 'I' {
		return []byte{byte(o.off), byte(o.off >> 8), 0, 0}
	}
	return []byte{0, 0, byte(o.off >> 8), byte(o.off)}
}

// exif takes EXIF down to the orientation: nothing else in the file tells it. The new
// directory is written where nothing of the old one is, and then the pointer to it.
func (m *medium) exif(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	body, pre := p.Body(), int64(0)
	if b := w.Get(body, int(min(p.Size, int64(len(misplaced))))); string(b) == misplaced {
		pre = int64(len(b))
	}
	src, err := w.Piece(scrub.Extents{{Off: body + pre, Len: p.Size - pre}})
	if err != nil {
		return false, err
	}
	block, err := exif.Read(src)
	if err != nil {
		return false, err
	}
	turned := block.Oriented && block.Orientation > 1 && block.Orientation <= 8
	if m.Careful && turned && !w.Followed(p) {
		w.Stuck(scrub.Finding{Kind: scrub.Device, Place: place, Off: p.Off, Len: p.Len()})
		return true, w.Keep(p, scrub.Identify, place)
	}
	if !turned || m.still.oriented || m.still.flags&hasEXIF == 0 {
		stays, err := w.Drop(p, scrub.Device, place, "")
		if !stays {
			block.Report(place, func(f scrub.Finding, _ bool) { m.gone(f, body+pre, p) })
		}
		return stays, err
	}
	head := w.Get(body+pre, 8)
	o := oriented{order: head[0], turn: block.Orientation, len: p.Size, pre: pre}
	if o.off = m.Number(head[4:8]); o.order == 'M' {
		o.off = int64(head[4])<<24 | int64(head[5])<<16 | int64(head[6])<<8 | int64(head[7])
	}
	m.still.oriented = true
	if done, err := m.reduced(o, body); done || err != nil {
		w.Claim(body, p.Size, scrub.Render, place)
		return true, cmp.Or(err, claim(w, p, place))
	}
	to, fresh := m.room(o, body)
	if to < 0 {
		w.Doubt("the EXIF has no room for what stays of it")
		w.Stuck(scrub.Finding{Kind: scrub.Device, Place: place, Off: p.Off, Len: p.Len()})
		w.Claim(body, p.Size, scrub.Identify, place)
		return true, claim(w, p, place)
	}
	block.Report(place, func(f scrub.Finding, _ bool) { m.gone(f, body+pre, p) })
	w.Gone(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: p.Off, Len: p.Len()})
	m.reduce(o, p, to, fresh, place)
	return true, claim(w, p, place)
}

// gone reports what goes of a block of EXIF that starts at off in p.
func (m *medium) gone(f scrub.Finding, off int64, p chunk.Part) {
	f.Off = min(max(off+f.Off, p.Off), p.Tail())
	m.Scan.Gone(f)
}

// reduced tells whether the block at off is an oriented one already.
func (m *medium) reduced(o oriented, off int64) (bool, error) {
	at := off + o.pre + o.off
	if o.off < 8 || o.off+directory > o.len-o.pre {
		return false, nil
	}
	if !bytes.Equal(m.Get(at, directory), o.ifd()) {
		return false, nil
	}
	for _, r := range [][2]int64{{off + o.pre + 8, at}, {at + directory, off + o.len}} {
		if !m.Zeros(r[0], r[1]-r[0]) {
			return false, nil
		}
	}
	return true, nil
}

// room returns where in the block at off the new directory has room: in one sector of the
// drive, apart from the old one, or over it, or where an earlier run wrote it. It is -1 if there is none.
func (m *medium) room(o oriented, off int64) (at int64, fresh bool) {
	if off += o.pre; o.off < 8 || o.off+directory > o.len-o.pre {
		return -1, false
	}
	b := m.Get(off+o.off, directory)
	if bytes.Equal(b, o.ifd()) {
		return o.off, false
	}
	entries := m.Number(b[:2])
	if o.order == 'M' {
		entries = int64(b[0])<<8 | int64(b[1])
	}
	old := scrub.Range{Off: o.off, Len: 2 + 12*entries + 4}
	for at = 8; at+directory <= o.len-o.pre && max(at, old.Off) < 1<<16; at += 2 {
		if m.Atomic(off+at, directory) && (at+directory <= old.Off || at >= old.End()) {
			return at, true
		}
	}
	if m.Atomic(off+o.off, directory) { // readers find one or the other
		return o.off, true
	}
	return -1, false
}

// reduce makes an oriented block of the one in p, with its directory at to.
func (m *medium) reduce(o oriented, p chunk.Part, to int64, fresh bool, place string) {
	off := p.Body() + o.pre
	moved := o.off != to
	if o.off = to; fresh {
		m.Put(scrub.Announce, off+to, o.ifd())
	}
	if fresh && moved {
		m.Put(scrub.Unlink, off+4, o.pointer())
	}
	m.Claim(p.Body(), p.Size, scrub.Identify, place)
	m.Fill(scrub.Destroy, off+8, to-8, 0)
	m.Fill(scrub.Destroy, off+to+directory, o.len-o.pre-to-directory, 0)
}
