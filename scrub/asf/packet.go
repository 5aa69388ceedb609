package asf

import (
	"encoding/binary"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
)

// data claims the Data object (5.1) and returns where the next object starts. Writers
// that were killed leave 50 bytes as its length, or none: then packets follow to the
// end of the file.
func (f *film) data(p chunk.Part) (end int64, err error) {
	f.Claim(p.Off, dataHead, scrub.Structure, "Data")
	if err := f.fileID(p.Off+objectHead, "Data"); err != nil {
		return p.End(), err
	}
	count := f.Get(p.Off+40, 10)
	end = p.End()
	n, declared := int64(0), int64(binary.LittleEndian.Uint64(count))
	if f.packet > 0 {
		n = p.Size / f.packet
	}
	f.whole = !p.Cut && n*f.packet == p.Size && n > 0
	switch {
	case p.Cut:
		f.Distrust("the film was not finished, or is cut short")
		if end, err = f.CutMarks(p.Body()); err != nil {
			return end, err
		}
		n = (end - p.Body()) / max(f.packet, 1)
	case !f.whole, !f.live && n != f.packets, !f.live && n != declared && declared != 0:
		f.whole = false
		f.Distrust("the counts of packets differ")
	}
	if f.packet == 0 {
		f.Claim(p.Body(), end-p.Body(), scrub.Payload, "Data/packets")
		return end, nil
	}
	if err := f.walk(p.Body(), n); err != nil {
		return end, err
	}
	f.Claim(p.Body()+n*f.packet, end-p.Body()-n*f.packet, scrub.Payload, "Data/packets")
	return end, nil
}

// probes are how many packets are looked at from the start and from the end, where
// not all are.
const probes = 32

// walk claims n packets at off. Where the first or the last hold something, all are
// looked at.
func (f *film) walk(off, n int64) error {
	before := f.Point()
	w := &walker{film: f, all: f.Deep(), off: off, n: n}
	if err := w.run(); err != nil {
		return err
	}
	if !w.all && f.Edited(before) {
		f.Reset(before)
		w = &walker{film: f, all: true, off: off, n: n}
		if err := w.run(); err != nil {
			return err
		}
	}
	if w.strays > 0 && w.all && w.mayGo() {
		f.Reset(before)
		return (&walker{film: f, all: true, fill: true, off: off, n: n}).run()
	}
	if w.strays > 0 {
		f.Doubt("packets hold a stream that the header does not tell of")
	}
	return nil
}

// walker claims packets.
type walker struct {
	*film
	off, n    int64 // packets
	all, fill bool
	seen      [128]bool // streams
	strays    int64     // bytes of streams that the header does not tell of
	at        int64     // where the packet is
	due       int64     // from where on nothing is claimed yet
	atoms     int
	holes     []scrub.Range // what was claimed of frames, in order
}

// mayGo tells whether strays are what nobody plays, and not a stream that lost its
// number by damage.
func (w *walker) mayGo() bool {
	for n, t := range w.streams {
		if !t.declared || !w.seen[n&127] {
			return false
		}
	}
	return !w.Careful && w.whole && w.strays <= max(64<<10, w.Size()/100)
}

// maxAtoms bounds the spans of padding in a file.
const maxAtoms = 100_000

func (w *walker) run() error {
	if !w.encrypted {
		if err := w.frames(); err != nil {
			return err
		}
	}
	w.due = w.off
	if err := w.each(w.claim); err != nil {
		return err
	}
	w.payload(w.off + w.n*w.packet)
	return nil
}

// each visits the packets that are looked at.
func (w *walker) each(visit func(b []byte, p packet) error) error {
	for i := range w.n {
		if !w.all && i >= probes && i < w.n-probes {
			continue
		}
		if w.atoms > maxAtoms {
			w.Doubt("more packets are padded than can be kept account of")
			return nil
		}
		w.at = w.off + i*w.packet
		b := w.Get(w.at, int(w.packet))
		p, ok := readPacket(b)
		if !ok {
			w.Mangled("packets can't be read")
			continue
		}
		if err := visit(b, p); err != nil {
			return err
		}
	}
	return nil
}

// claim claims a packet: what is not hidden in it is payload.
func (w *walker) claim(b []byte, p packet) error {
	if strings.Trim(string(b[1:1+p.correction]), "\x00") != "" {
		w.Doubt("packets hold error correction that nobody can look into")
	}
	for _, l := range p.payloads {
		t := w.streams[l.stream]
		if t == nil || !t.declared {
			if err := w.stray(l); err != nil {
				return err
			}
			continue
		}
		w.seen[l.stream] = true
		if err := w.beside(b, l, t.extensions); err != nil {
			return err
		}
	}
	return w.padding(b, p.end)
}

// padding claims what follows the last payload, always apart from the payload.
func (w *walker) padding(b []byte, from int) error {
	if from == len(b) {
		return nil
	}
	w.payload(w.at + int64(from))
	w.due = w.at + int64(len(b))
	return w.Hide(w.at+int64(from), int64(len(b)-from), "Data/padding")
}

// payload claims what precedes an offset, but for what frames claimed of it.
func (w *walker) payload(to int64) {
	for len(w.holes) > 0 && w.holes[0].Off < to {
		w.Claim(w.due, w.holes[0].Off-w.due, scrub.Payload, "Data/packets")
		w.due = max(w.due, w.holes[0].End())
		w.holes = w.holes[1:]
	}
	w.Claim(w.due, to-w.due, scrub.Payload, "Data/packets")
	w.due = max(w.due, to)
	w.atoms++
}

// blank claims bytes of a packet that have to be zeros, as filler.
func (w *walker) blank(from, to int, place string) error {
	if from >= to {
		return nil
	}
	w.payload(w.at + int64(from))
	w.due = w.at + int64(to)
	return w.Hide(w.at+int64(from), int64(to-from), "Data/"+place)
}

// stray claims the media of a stream that the header does not tell of.
func (w *walker) stray(l payload) error {
	if w.fill {
		return w.blank(l.media, l.end, "stray")
	}
	off, n := w.at+int64(l.media), int64(l.end-l.media)
	if w.Zeros(off, n) {
		w.payload(off)
		w.due = off + n
		w.Claim(off, n, scrub.Filler, "Data/stray")
		return nil
	}
	w.strays += n
	return nil
}

// beside claims what a payload carries beside its media (5.2.3.1): its length and time,
// and what the stream announces. What it needs not goes.
func (w *walker) beside(b []byte, l payload, announced []system) error {
	at := l.beside
	for _, x := range announced {
		n := int(x.size)
		if x.size == varies {
			if l.over-at < 2 {
				break
			}
			n = int(binary.LittleEndian.Uint16(b[at:]))
			at += 2
		}
		if n > l.over-at {
			break
		}
		if !x.stays {
			if err := w.blank(at, at+n, "extension"); err != nil {
				return err
			}
		}
		at += n
	}
	return w.blank(at, l.over, "extension")
}

// packet is a data packet (5.2); offsets are in it.
type packet struct {
	correction int // how many bytes of error correction it has
	payloads   []payload
	end        int // of the last payload
}

// payload is one of a packet.
type payload struct {
	stream                   int
	object, offset           int  // the number of the frame, and where in it the media belong
	beside, over, media, end int  // where extensions start and end, and the media
	packed                   bool // the media are several, each behind its length
}

// fields reads fields of a packet, the last of the four lengths that a field may have
// being four bytes.
type fields struct {
	b  []byte
	at int
	ok bool
}

func (f *fields) number(lengthType byte, none int) int {
	n := [4]int{0, 1, 2, 4}[lengthType&3]
	if n == 0 {
		return none
	}
	if n > len(f.b)-f.at {
		f.ok = false
		return 0
	}
	v := uint32(0)
	for i := range n {
		v |= uint32(f.b[f.at+i]) << (8 * i)
	}
	f.at += n
	if v > 1<<30 {
		return 1 << 30 // no length
	}
	return int(v)
}

func (f *fields) skip(n int) {
	if n < 0 || n > len(f.b)-f.at {
		f.ok, n = false, 0
	}
	f.at += n
}

const one = 1 // the length type of a byte

// readPacket reads the fields of a packet that fills b.
func readPacket(b []byte) (p packet, ok bool) {
	f := &fields{b: b, ok: true}
	flags := byte(f.number(one, 0))
	if flags&0x80 != 0 {
		if flags&0x70 != 0 {
			return p, false
		}
		p.correction = int(flags & 0xf)
		f.skip(p.correction)
		flags = byte(f.number(one, 0))
	}
	property := byte(f.number(one, 0))
	size := f.number(flags>>5, len(b))
	f.number(flags>>1, 0)
	pad := f.number(flags>>3, 0)
	f.skip(6)
	if !f.ok || size > len(b) || pad > size-f.at || property>>6 != one {
		return p, false
	}
	n, length := 1, byte(0)
	if flags&1 != 0 {
		many := byte(f.number(one, 0))
		n, length = int(many&0x3f), many>>6
	}
	for range n {
		l, ok := f.payload(property, length, size-pad)
		if !ok {
			return p, false
		}
		p.payloads = append(p.payloads, l)
	}
	p.end = f.at
	return p, f.ok && p.end <= size-pad
}

// payload reads one payload, which fills the packet up to end if its length has none.
func (f *fields) payload(property, length byte, end int) (l payload, ok bool) {
	l.stream = f.number(one, 0) & 0x7f
	l.object = f.number(property>>4, 0)
	l.offset = f.number(property>>2, 0)
	n := f.number(property, 0)
	l.packed = n == 1
	l.beside = f.at + min(n, 8)
	f.skip(n)
	l.over = f.at
	if n > 1 && n < 8 {
		return l, false
	}
	n = f.number(length, end-f.at)
	l.media = f.at
	f.skip(n)
	l.end = f.at
	return l, f.ok && n >= 0
}
