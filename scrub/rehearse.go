package scrub

import (
	"bytes"
	"io"
	"iter"
	"math"
	"slices"
)

// maxRehearsed is how many spans and edits a plan may have to be rehearsed: a
// second one of more takes memory that a parser doesn't have.
const maxRehearsed = 1 << 17

// Rehearse is [Engine.Plan] for plans that will be performed. It plans once more
// what the plan would leave, and refuses a medium in which picture or sound
// would not be found where they were: better than to see it afterwards.
func (e *Engine) Rehearse(src io.ReaderAt, size int64, opt Options) (*Plan, error) {
	m := &memory{src: src, kept: map[Range][]byte{}}
	p, err := e.Plan(m, size, opt)
	if err != nil {
		return nil, err
	}
	p.Read = m.read
	if p.Refused != "" || len(p.Edits)+len(p.Anew) == 0 || len(p.Map)+len(p.Edits) > maxRehearsed {
		return p, nil
	}
	kept, err := e.keeps(m, p, opt)
	if err != nil {
		return nil, err
	}
	if p.Read = m.read; kept {
		return p, nil
	}
	reason := p.Format + ": picture or sound would not be found any more"
	return e.marksOf(m, &Plan{Format: p.Format, Size: size, End: size, Refused: reason, Read: p.Read}, opt)
}

// keeps tells whether picture and sound would be found after the plan was performed, and
// whether there would be nothing more to do.
func (e *Engine) keeps(src io.ReaderAt, p *Plan, opt Options) (bool, error) {
	if len(p.Edits) > 0 || p.End < p.Size { // what is written anew is planned for once more then
		opt.Known = p.Map
		after, err := e.Plan(newStaged(src, p.Edits), p.End, opt)
		p := *p
		p.Anew = nil
		return err == nil && after.Refused == "" && p.KeptBy(after), err
	}
	after, err := e.Plan(p.Performed(src), p.NewSize(), opt)
	return err == nil && p.RewrittenBy(after), err
}

// RewrittenBy tells whether after, the plan for what [Plan.Rewrite] made, finds nothing more to do,
// and media in another form that are to the byte what they were to be. That the bytes of the
// payload are the same is for who has them to say.
func (p *Plan) RewrittenBy(after *Plan) bool {
	done := after.Status() == Clean || after.Status() == Partly && len(p.Doubts) > 0
	return done && len(after.Edits)+len(after.Anew)+after.Removes() == 0 && after.End == after.Size && bytes.Equal(p.Inner, after.Inner)
}

// KeptBy tells whether all payload of p is payload of after, which is a plan for
// the same medium once p was performed. It may call more so: the second plan of a long video
// has reason to look into fewer frames.
func (p *Plan) KeptBy(after *Plan) bool {
	was := p.Map
	if len(p.Anew) > 0 {
		if !p.RewrittenBy(after) {
			return false
		}
		was = (&Rewrite{Changes: p.Anew}).Payload(p)
	} else if p.Inner != nil && !bytes.Equal(p.Inner, after.Inner) {
		return false
	}
	next, stop := iter.Pull(payloadRanges(after.Map))
	defer stop()
	now, ok := next()
	for r := range payloadRanges(was) {
		for ok && now.End() <= r.Off {
			now, ok = next()
		}
		if !ok || r.Off < now.Off || r.End() > now.End() {
			return false
		}
	}
	return true
}

// payloadRanges yields where the payload lies, however it is divided into spans.
func payloadRanges(m []Span) iter.Seq[Range] {
	return func(yield func(Range) bool) {
		var r Range
		for s := range Each(m) {
			switch {
			case s.Role != Payload:
			case r.Len > 0 && r.End() == s.Off:
				r.Len += s.Len
			default:
				if r.Len > 0 && !yield(r) {
					return
				}
				r = Range{s.Off, s.Len}
			}
		}
		if r.Len > 0 {
			yield(r)
		}
	}
}

// maxKept is the most that is kept of what was read, in bytes: the index of a film
// of an hour. Keeping more takes time where it is coded data that are read.
const maxKept = 320 << 10

// memory keeps what was read first, so that an index is not read twice.
type memory struct {
	src  io.ReaderAt
	kept map[Range][]byte
	size int   // bytes kept
	read int64 // bytes of src
}

// ReadAt implements [io.ReaderAt].
func (m *memory) ReadAt(b []byte, off int64) (int, error) {
	at := Range{off, int64(len(b))}
	if kept, ok := m.kept[at]; ok {
		return copy(b, kept), nil
	}
	n, err := m.src.ReadAt(b, off)
	m.read += int64(n)
	if err == nil && n <= maxKept-m.size {
		m.kept[at], m.size = bytes.Clone(b), m.size+n
	}
	return n, err
}

// NextData implements [Sparse].
func (m *memory) NextData(off int64) int64 { return nextData(m.src, off, math.MaxInt64) }

// staged reads a medium as edits would leave it.
type staged struct {
	src    io.ReaderAt
	phases [][]Edit // in the order of offsets each, and apart from each other
}

func newStaged(src io.ReaderAt, edits []Edit) staged {
	s := staged{src: src}
	for len(edits) > 0 {
		n := slices.IndexFunc(edits, func(e Edit) bool { return e.Phase != edits[0].Phase })
		if n < 0 {
			n = len(edits)
		}
		s.phases, edits = append(s.phases, edits[:n]), edits[n:]
	}
	return s
}

// ReadAt implements [io.ReaderAt]. What an edit replaces as a whole is not read:
// telemetry lies in hundreds of places, for each of which a drive has to be
// waited for.
func (s staged) ReadAt(b []byte, off int64) (n int, err error) {
	end := off + int64(len(b))
	if slices.ContainsFunc(s.phases, func(edits []Edit) bool {
		i := firstAt(edits, off)
		return i < len(edits) && edits[i].Over == nil && edits[i].Off <= off && end <= edits[i].End()
	}) {
		n = len(b)
	} else {
		n, err = s.src.ReadAt(b, off)
	}
	for _, edits := range s.phases {
		for i := firstAt(edits, off); i < len(edits) && edits[i].Off < off+int64(n); i++ {
			edits[i].Onto(b[:n], off)
		}
	}
	return n, err
}

// NextData implements [Sparse]: what an edit puts somewhere is data.
func (s staged) NextData(off int64) int64 {
	next := nextData(s.src, off, math.MaxInt64)
	for _, edits := range s.phases {
		if i := firstAt(edits, off); i < len(edits) {
			next = min(next, max(off, edits[i].Off))
		}
	}
	return next
}

// firstAt returns which edit is the first that ends after off.
func firstAt(edits []Edit, off int64) int {
	i, _ := slices.BinarySearchFunc(edits, off, func(e Edit, off int64) int {
		if e.End() <= off {
			return -1
		}
		return 1
	})
	return i
}
