package scrub

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// Rewrite tells how a medium is written anew: with its changes, and all else as it is. A
// format asks for one only where no way leads in place; see [Scan.Anew] and [Format.Compact].
type Rewrite struct {
	Changes []Change // in order and apart; offsets are those of the medium as it is
	Size    int64    // length of the medium as it is, in bytes
	Read    int64    // bytes read to find out
}

// Change has Len bytes at Off become Data. No data drop them; data for no bytes are inserted.
type Change struct {
	Off, Len int64
	Data     []byte
}

// End is the offset after the last byte that the change replaces.
func (c Change) End() int64 { return c.Off + c.Len }

// MaxAnew bounds the bytes that a rewrite puts into a medium: they travel with the plan.
const MaxAnew = 32 << 20

// NewSize is the length of what is written.
func (w *Rewrite) NewSize() int64 {
	n := w.Size
	for _, c := range w.Changes {
		n += int64(len(c.Data)) - c.Len
	}
	return n
}

// Check tells whether the rewrite is well-formed and leaves alone what plan, made for the
// same bytes, cuts off, or says is payload or changes what is seen or heard.
func (w *Rewrite) Check(plan *Plan) error {
	if w.Size != plan.Size {
		return fmt.Errorf("rewrite: of %d bytes, not of %d", w.Size, plan.Size)
	}
	protected := protect(plan.Map)
	var at, bytes int64
	for _, c := range w.Changes {
		bytes += int64(len(c.Data))
		switch {
		case c.Off < at || c.Len < 0 || c.Off > w.Size || c.Len > w.Size-c.Off:
			return fmt.Errorf("rewrite: changes overlap or lie outside at 0x%x", c.Off)
		case c.End() > plan.End:
			return fmt.Errorf("rewrite: change at 0x%x in what is cut off", c.Off)
		case c.Len == 0 && len(c.Data) == 0:
			return fmt.Errorf("rewrite: nothing changes at 0x%x", c.Off)
		case protected.changes(c):
			return fmt.Errorf("rewrite: change at 0x%x meets the payload", c.Off)
		case bytes > MaxAnew:
			return fmt.Errorf("rewrite: more than %d new bytes", MaxAnew)
		}
		at = c.End()
	}
	return nil
}

// changes tells whether a change shares a byte with what is protected, or stands in it.
func (g ground) changes(c Change) bool {
	if c.Len > 0 {
		return g.meets(Edit{Off: c.Off, Len: c.Len})
	}
	return g.meets(Edit{Off: c.Off - 1, Len: 1}) && g.meets(Edit{Off: c.Off, Len: 1})
}

// Written reads what is to be written, src being the medium as it is.
func (w *Rewrite) Written(src io.ReaderAt) io.ReaderAt {
	v := &written{src: src}
	var at int64
	for _, c := range append(slices.Clip(w.Changes), Change{Off: w.Size}) {
		v.add(strip{n: c.Off - at, off: at})
		v.add(strip{n: int64(len(c.Data)), data: c.Data})
		at = c.End()
	}
	return v
}

// written is a medium as a rewrite makes it.
type written struct {
	src    io.ReaderAt
	strips []strip
	size   int64
}

// strip is some bytes of one: data, or those at off of the medium as it was.
type strip struct {
	at, n, off int64
	data       []byte
}

func (v *written) add(s strip) {
	if s.n > 0 {
		s.at = v.size
		v.strips, v.size = append(v.strips, s), v.size+s.n
	}
}

// ReadAt implements [io.ReaderAt].
func (v *written) ReadAt(b []byte, off int64) (n int, err error) {
	i, _ := slices.BinarySearchFunc(v.strips, off, func(s strip, off int64) int { return cmp.Compare(s.at+s.n, off+1) })
	for ; n < len(b) && i < len(v.strips); i++ {
		s, from := v.strips[i], off+int64(n)-v.strips[i].at
		p := b[n:min(len(b), n+int(min(s.n-from, int64(len(b)))))]
		if s.data != nil {
			copy(p, s.data[from:])
		} else if m, err := v.src.ReadAt(p, s.off+from); m < len(p) {
			return n + m, err
		}
		n += len(p)
	}
	if n < len(b) {
		err = io.EOF
	}
	return n, err
}

// Payload returns where the payload spans of plan, which no change meets, get to.
func (w *Rewrite) Payload(plan *Plan) (spans []Span) {
	changes, moved := w.Changes, int64(0)
	for s := range Each(plan.Map) {
		for ; len(changes) > 0 && changes[0].Off <= s.Off; changes = changes[1:] {
			moved += int64(len(changes[0].Data)) - changes[0].Len
		}
		if s.Role == Payload {
			s.Off += moved
			spans = append(spans, s)
		}
	}
	return spans
}

// Compact finds what a clean medium can be written anew without: filler that its format
// doesn't need. It returns nil if there is nothing, or the format has no way of telling.
func (e *Engine) Compact(src io.ReaderAt, size int64, opt Options) (*Rewrite, error) {
	m := newMeter(size)
	r := newReader(src, size, m)
	f, tags := e.sniff(r)
	if f == nil || f.Compact == nil || len(tags) > 0 {
		return nil, nil
	}
	s := e.newScan(r, opt)
	s.format = f.Name
	changes, err := f.Compact(s)
	w := &Rewrite{Changes: changes, Size: size, Read: m.read}
	if err = cmp.Or(m.failed, err); err != nil || w.NewSize() == size {
		return nil, err
	}
	w.sort()
	return w, nil
}

func (w *Rewrite) sort() {
	slices.SortFunc(w.Changes, func(a, b Change) int { return cmp.Compare(a.Off, b.Off) })
}

// NewSize is the length of the medium once the plan was performed.
func (p *Plan) NewSize() int64 { return (&Rewrite{Changes: p.Anew, Size: p.End}).NewSize() }

// Performed reads what the plan makes of the medium, src being the medium as it is.
func (p *Plan) Performed(src io.ReaderAt) io.ReaderAt {
	return (&Rewrite{Changes: p.Anew, Size: p.End}).Written(newStaged(src, p.Edits))
}

// Rewrite is what remains to be written anew once the plan's edits are made, nil if nothing.
func (p *Plan) Rewrite() *Rewrite {
	if len(p.Anew) == 0 {
		return nil
	}
	return &Rewrite{Changes: p.Anew, Size: p.Size}
}

// Anew has n bytes at off become data of any length, where no way leads in place: the file is
// written anew then. In a medium within another, and where there is more than a plan can carry,
// it does nothing and returns false.
func (s *Scan) Anew(off, n int64, data []byte) bool {
	x := s.base.Slice(off, n)
	if s.Nested() || len(x) != 1 || s.out.bytes+int64(len(data)) > MaxAnew || len(s.out.anew) >= MaxPieces {
		return false
	}
	s.out.bytes += int64(len(data))
	s.out.anew = append(s.out.anew, Change{x[0].Off, n, data})
	return true
}

// Packed plans the medium data, which n bytes at off hold in another form that pack makes, and
// of which nothing can be replaced where it stands: see [Scan.Decoded]. Where the file can't be
// written anew, what the medium tells stays, and why says so. [Plan.Inner] is the sum of what it
// is to be: a new file is proven by being unpacked again.
func (s *Scan) Packed(data []byte, off, n int64, place, why string, pack func([]byte) ([]byte, error)) error {
	s.Claim(off, n, Structure, place)
	before := s.Point()
	in, err := s.decoded(data, off, n, place)
	if Refusal(err) {
		s.Doubt("%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	clean := in.edited(data)
	s.out.inner = sumOf(s.out.inner, clean)
	if len(in.out.edits) == 0 {
		return nil
	}
	packed, err := pack(clean)
	if err == nil && s.Anew(off, n, packed) {
		return nil
	}
	s.Held(before)
	s.Doubt("%s", why)
	return nil
}

// sumOf is the sum of a nested medium and of those before it.
func sumOf(before, medium []byte) []byte {
	h := sha256.New()
	h.Write(before)
	h.Write(medium)
	return h.Sum(nil)
}
