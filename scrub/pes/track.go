package pes

import (
	"bytes"
	"errors"
	"slices"
	"sort"

	"untag/scrub"
	"untag/scrub/coded"
)

// Track is an elementary stream whose frames are looked into.
type Track struct {
	Place string
	Film  *Film
	// Most is how many bytes are kept of a frame whose end has not come.
	Most int

	stream   Stream
	b        []byte // what was not looked into yet
	runs     []run  // where it lies
	scanned  int    // bytes of it in which start codes were looked for
	begun    bool   // a start code has come
	pictures int64  // that began so far
	no       int64  // of the frame at hand
	told     int    // up to here pieces were reported
	known    bool   // a start code has come, or what a frame of sound begins with
	some     bool   // there are data
}

// Stream is how the frames of a track are found and looked into: a codec.Stream, or what is
// like one.
type Stream interface {
	Starts(b []byte) (frame, picture bool)
	Coded() bool
	Runs() bool // frames tell where they begin, whatever packets they lie in
	Frame(r *scrub.Reader, off, n, no int64) ([]coded.Piece, error)
}

// Of a stream of which nothing tells where frames begin, the end of what is kept is looked into
// once more with what follows it: of the longest frame that the codecs have in which something
// goes, and of the longest signature.
const (
	signature = 64
	twice     = 8<<10 + signature
)

// run says that what is kept from at on lies at off in the medium.
type run struct {
	at  int
	off int64
}

// NewTrack returns a track of a film.
func (f *Film) NewTrack(st Stream, place string, most int) *Track {
	return &Track{Place: place, Film: f, Most: most, stream: st}
}

// Add takes the next bytes of the stream, which lie at off.
func (t *Track) Add(off int64, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if k := len(t.runs); k == 0 || t.runs[k-1].off+int64(len(t.b)-t.runs[k-1].at) != off {
		t.runs = append(t.runs, run{len(t.b), off})
	}
	t.b, t.some = append(t.b, data...), true
	const window = 64 << 10
	if len(t.b)-t.scanned >= window {
		return t.scan()
	}
	return nil
}

// Begin says that a packet of the stream begins, which is a frame if frames don't tell where
// they begin.
func (t *Track) Begin() error {
	if !t.stream.Runs() {
		return t.End()
	}
	return nil
}

// Whole tells whether a packet of the stream is a frame, or some.
func (t *Track) Whole() bool { return !t.stream.Coded() }

// scan looks into all frames that have come to their end.
func (t *Track) scan() error {
	const code, behind = 3, 3
	done := 0
	for t.stream.Coded() {
		i := bytes.Index(t.b[t.scanned:], []byte{0, 0, 1})
		if i < 0 {
			t.scanned = max(t.scanned, len(t.b)-code+1)
			break
		}
		at := t.scanned + i
		if len(t.b) < at+code+behind {
			t.scanned = at
			break
		}
		t.scanned = at + code
		frame, picture := t.stream.Starts(t.b[at+code:])
		t.known = true
		if frame || !t.begun {
			if t.begun {
				if err := t.frame(done, at, at); err != nil {
					return err
				}
			}
			done, t.begun, t.no = at, true, t.pictures
		}
		if picture {
			t.pictures++
		}
	}
	if done == 0 && len(t.b) > t.Most {
		sure := len(t.b)
		if done = sure; !t.stream.Coded() {
			done, sure = sure-twice, sure-signature
			if t.b[done] == 0 { // lest a start code seem to begin there
				done--
			}
		}
		if err := t.frame(0, len(t.b), sure); err != nil {
			return err
		}
		t.scanned = done
	}
	t.drop(done)
	return nil
}

// drop forgets the first n bytes.
func (t *Track) drop(n int) {
	if n == 0 {
		return
	}
	t.scanned -= n
	t.told = max(0, t.told-n)
	k := sort.Search(len(t.runs), func(i int) bool { return t.runs[i].at > n }) - 1
	if n == len(t.b) {
		t.runs = t.runs[:0]
	} else {
		t.runs[k] = run{n, t.runs[k].off + int64(n-t.runs[k].at)}
		t.runs = t.runs[:copy(t.runs, t.runs[k:])]
		for i := range t.runs {
			t.runs[i].at -= n
		}
	}
	t.b = t.b[:copy(t.b, t.b[n:])]
}

// End looks into what is left: the stream ends here, or some of it is not there.
func (t *Track) End() error {
	if err := t.scan(); err != nil {
		return err
	}
	end := len(t.b)
	if bytes.HasSuffix(t.b, []byte{0, 0, 1}) { // a start code that is cut off
		end -= 3
	}
	err := t.frame(0, end, end)
	t.drop(len(t.b))
	t.scanned, t.begun = 0, false
	return err
}

// Foreign tells whether nothing in a stream begins as frames do of the kind that is announced.
func (t *Track) Foreign() bool { return t.some && !t.known && t.stream.Runs() }

// syncs tells whether a frame of sound may begin in b: of MPEG, AAC, AC-3 or DTS.
func syncs(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		switch c, d := b[i], b[i+1]; {
		case c == 0xff && d >= 0xe0, c == 0x56 && d >= 0xe0, c == 0x0b && d == 0x77, c == 0x77 && d == 0x0b, c == 0x7f && d == 0xfe, c == 0xfe && d == 0x7f, c == 0x1f && d == 0xff, c == 0xff && d == 0x1f, c == 0x64 && d == 0x58:
			return true
		}
	}
	return false
}

// frame looks into a frame, or some. What is found and ends behind sure may go on.
func (t *Track) frame(from, to, sure int) error {
	if from == to {
		return nil
	}
	t.known = t.known || !t.stream.Coded() && syncs(t.b[from:to])
	pieces, err := t.stream.Frame(scrub.Memory(t.b[from:to]), 0, int64(to-from), t.no)
	if err != nil {
		if !scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) {
			return err
		}
		t.Film.S.Doubt("coded frames can't be read")
		return nil
	}
	pieces = slices.DeleteFunc(pieces, func(p coded.Piece) bool {
		at, end := from+int(p.Off), from+int(p.Off+p.Len)
		if p.Kind != "" && len(p.Edits) == 0 { // a doubt
			return false
		}
		if at < t.told || end > sure {
			return true
		}
		t.told = end
		return false
	})
	for _, p := range t.Film.Look.Most(pieces) {
		p.Off += int64(from)
		t.report(p, int64(from))
	}
	return nil
}

// report claims a piece of the frame that begins at base, with the edits that remove it.
func (t *Track) report(p coded.Piece, base int64) {
	f := t.Film
	x := t.where(p.Off, p.Len)
	if p.Kind == "" {
		for _, r := range x {
			f.Keep(r.Off, r.Len, scrub.Structure, t.Place)
		}
		return
	}
	if len(p.Edits) == 0 {
		if f.S.Goes(scrub.Identify, p.Kind) {
			f.S.Doubt("%s: %s", t.Place, p.Value)
		}
		return
	}
	var edits []scrub.Edit
	for _, e := range p.Edits {
		done := int64(0)
		for _, r := range t.where(e.Off+base, max(e.Len, int64(len(e.Data)))) {
			part := scrub.Edit{Off: r.Off, Len: r.Len, Fill: e.Fill, Phase: e.Phase}
			if e.Data != nil {
				part.Data = slices.Clone(e.Data[done : done+r.Len])
			}
			if done += r.Len; !t.is(e.Off+base+done-r.Len, part) || again(p, e) {
				edits = append(edits, part)
			}
		}
	}
	what := scrub.Finding{Kind: p.Kind, Place: t.Place, Value: p.Value}
	for i, r := range x {
		f.Goes(r.Off, r.Len, what, i == 0, edits...)
		edits = nil
	}
}

// again tells whether another edit of a piece changes what e does.
func again(p coded.Piece, e scrub.Edit) bool {
	n := 0
	for _, o := range p.Edits {
		if o.Off < e.End() && e.Off < o.End() {
			n++
		}
	}
	return n > 1
}

// is tells whether what is kept from at on is what an edit makes of it.
func (t *Track) is(at int64, e scrub.Edit) bool {
	b := t.b[at : at+e.Len]
	if e.Data != nil {
		return bytes.Equal(b, e.Data)
	}
	return Constant(b, e.Fill)
}

// where returns where n bytes from at on lie.
func (t *Track) where(at, n int64) (x scrub.Extents) {
	k := sort.Search(len(t.runs), func(i int) bool { return int64(t.runs[i].at) > at }) - 1
	for ; n > 0; k++ {
		end := int64(len(t.b))
		if k+1 < len(t.runs) {
			end = int64(t.runs[k+1].at)
		}
		take := min(n, end-at)
		x = append(x, scrub.Range{Off: t.runs[k].off + at - int64(t.runs[k].at), Len: take})
		at, n = at+take, n-take
	}
	return x
}
