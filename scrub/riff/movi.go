package riff

import (
	"bytes"
	"cmp"
	"errors"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/pattern"
	"untag/scrub/telemetry"
)

// errNotInOrder says that idx1 doesn't lead from each frame to the next.
var errNotInOrder = errors.New("not in order")

// frames visits the chunks of a list of frames, lists in it included: by their headers, or
// by idx1 and what lies between its entries, which is a hundredth of the reading.
func (m *medium) frames(p chunk.Part, visit func(c chunk.Part, id string) error) (int64, error) {
	m.sparse = !m.Deep()
	defer func() { m.sparse = false }()
	if !m.film.sorted || m.Deep() || p.Off != m.movis[0].Off {
		return m.chunks(p.Body(), p.Tail(), visit)
	}
	at := p.Body()
	err := m.entries(func(_ int64, flags uint32, e entry) error {
		if m.stream(e.id) == nil && flags&listEntry == 0 {
			return nil
		}
		if flags&listEntry != 0 || e.off < at || e.off+m.head+e.size > p.Tail() {
			return errNotInOrder
		}
		if rest, err := m.chunks(at, e.off, visit); err != nil || rest != e.off {
			return errors.Join(err, errNotInOrder)
		}
		c := chunk.Part{ID: class(e.id), Off: e.off, Head: m.head, Size: e.size}
		c.Pad = min(e.size&1, p.Tail()-c.Tail())
		at = c.End()
		return visit(c, e.id)
	})
	if err != nil {
		return at, err
	}
	return m.chunks(at, p.Tail(), visit)
}

func (m *medium) chunks(off, end int64, visit func(c chunk.Part, id string) error) (int64, error) {
	return m.Parts(off, end, func(c chunk.Part) error {
		if err := visit(c, m.raw); err != nil || c.ID != "LIST rec " {
			return err
		}
		rest, err := m.chunks(c.Body(), c.Tail(), visit)
		if err == nil && rest < c.Tail() {
			return m.Errorf(rest, "bytes that are no chunk")
		}
		return err
	})
}

// count goes through all frames once, before any is claimed: how many there are, whether
// the indexes name them, and what is said in streams of text.
func (m *medium) count() error {
	f := &m.film
	f.counted = true
	if m.idx1.Size >= entryLen {
		if err := m.rebase(); err != nil {
			return err
		}
		f.sorted = !m.Deep()
	}
	point := func(err error) error {
		for _, s := range f.streams {
			s.frames, s.sum, s.first, s.indexed, s.text = 0, 0, 0, 0, telemetry.Track{}
		}
		f.sorted = false
		return err
	}
	for i := 0; i < len(m.movis); i++ {
		_, err := m.frames(m.movis[i], func(c chunk.Part, id string) error {
			m.see(c, id, i)
			return nil
		})
		if errors.Is(err, errNotInOrder) {
			i = -1
			err = point(nil)
		}
		if err != nil && !scrub.Refusal(err) {
			return err
		}
	}
	if err := m.entries(func(_ int64, _ uint32, e entry) error {
		if s := m.stream(e.id); s != nil {
			s.listed += e.sum()
		}
		return nil
	}); err != nil {
		return err
	}
	m.judge()
	return nil
}

// see takes account of one chunk of the list of frames number i.
func (m *medium) see(c chunk.Part, id string, i int) {
	if c.ID == "ix##" {
		m.readIndex(c)
		return
	}
	s := m.stream(id)
	if s == nil {
		return
	}
	sum := entry{id, c.Off, c.Size}.sum()
	s.sum += sum
	if i == 0 {
		s.first += sum
	}
	s.frames++
	if s.kind != "txts" {
		return
	}
	b := m.Get(c.Body(), int(min(c.Size, 4<<10)))
	if s.rate > 0 && !bytes.HasPrefix(b, []byte(subtitleFile)) {
		unit := float64(s.scale) / float64(s.rate)
		s.text.Add(float64(s.frames-1)*unit, float64(s.frames)*unit, b)
	}
}

// judge decides whether the indexes and the frames agree, and which streams go.
func (m *medium) judge() {
	f := &m.film
	f.indexed = true
	for _, s := range f.streams {
		var zero uint64
		agree := s.sum == s.indexed || s.first == s.listed && s.sum == s.first
		if none := s.listed == zero && s.indexed == zero && m.idx1.Size == 0; none {
			f.indexed = false
		} else if !agree {
			m.Distrust("an index names other frames than there are")
			f.indexed = false
		}
		if s.kind != "txts" || s.goes != "" {
			continue
		}
		switch verdict, _ := s.text.Judge(); verdict {
		case telemetry.Telemetry:
			s.goes = scrub.Telemetry
		case telemetry.Unsure:
			m.Doubt("a stream of text may be telemetry")
		}
	}
}

// proof says how sure the end of the medium is.
func (m *medium) proof() scrub.Proof {
	if m.film.indexed || m.tells.picture {
		return scrub.Counted
	}
	return scrub.Said
}

// movi claims a list of frames, joined as far as they are alike, so that an hour of film
// is a short map.
func (m *medium) movi(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if !m.film.counted {
		if err := m.count(); err != nil {
			return true, err
		}
	}
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	at := p.Body()
	rest, err := m.frames(p, func(c chunk.Part, id string) error {
		if at = c.End(); c.ID == "LIST rec " {
			at = c.Body()
			w.Claim(c.Off, c.Head, scrub.Structure, place)
			return nil
		}
		return m.claim(c, id, place)
	})
	if scrub.Refusal(err) && !errors.Is(err, scrub.ErrBudget) {
		w.Distrust("the list of frames is damaged")
		w.Claim(at, p.Tail()-at, scrub.Payload, place+"/damage")
		return true, w.Hide(p.Tail(), p.Pad, place+"/pad")
	}
	if err != nil {
		return true, err
	}
	return true, cmp.Or(w.Hide(rest, p.Tail()-rest, place+"/rest"), w.Hide(p.Tail(), p.Pad, place+"/pad"))
}

// claim claims one chunk of a list of frames.
func (m *medium) claim(c chunk.Part, id, place string) error {
	s := m.stream(id)
	switch {
	case s != nil && c.Cut:
		m.Distrust("the film is cut short")
		m.Claim(c.Off, c.Len(), scrub.Payload, place)
		return nil
	case s != nil:
		return m.frameOf(s, c, place)
	case c.ID == "ix##":
		_, err := m.odmlIndex(m.Walk, c, place+"/index")
		return err
	case class(id) != id && c.ID != "ix##":
		m.Doubt("there is a frame of a stream that there is not")
		m.Claim(c.Off, c.Len(), scrub.Payload, place)
		return nil
	case m.nearFrame(id):
		m.Distrust("chunk %q may be a frame with a damaged name", id)
		m.Claim(c.Off, c.Len(), scrub.Payload, place)
		return nil
	}
	_, err := m.Part(c, "movi", place+"/"+id)
	return err
}

// nearFrame tells whether a name is one bit away from that of a frame.
func (m *medium) nearFrame(id string) bool {
	for i := range 4 {
		for bit := range 8 {
			b := []byte(id)
			b[i] ^= 1 << bit
			if m.stream(string(b)) != nil && class(string(b)) != string(b) {
				return true
			}
		}
	}
	return false
}

// Frames that are looked into in the index depth: so many at the start of a stream, and
// at its end.
const firstFrames, lastFrames = 3, 2

// frameOf claims a frame of a stream.
func (m *medium) frameOf(s *stream, c chunk.Part, place string) error {
	no := s.no
	s.no++
	if s.goes != "" {
		m.blankFrame(s, c, place)
		return nil
	}
	m.Claim(c.Off, c.Head, scrub.Payload, place)
	probe := m.Deep() || no < firstFrames || no >= s.frames-lastFrames || s.tells
	if !probe {
		m.Claim(c.Body(), c.Size+c.Pad, scrub.Payload, place)
		return nil
	}
	tells, err := m.look(s, c, no, place)
	if err != nil {
		return err
	}
	s.tells = s.tells || tells && no > 0
	if m.Zeros(c.Tail(), c.Pad) {
		m.Claim(c.Tail(), c.Pad, scrub.Payload, place)
		return nil
	}
	return m.Hide(c.Tail(), c.Pad, place+"/pad")
}

// timed is what pictures of subtitles begin with: when they are shown.
var timed = pattern.New(`^\[\d\d:\d\d:\d\d[.:]\d{3}-\d\d:\d\d:\d\d[.:]\d{3}\]`)

// look looks into a frame, and claims it.
func (m *medium) look(s *stream, c chunk.Part, no int64, place string) (tells bool, err error) {
	off, n := c.Body(), c.Size
	if n == 0 {
		return false, nil
	}
	switch s.codec.Kind {
	case codec.Fields, codec.Pictures:
		if done, tells, err := m.motion(c, place); done || err != nil {
			return tells, err
		}
	case codec.Unknown:
		if s.name == "DXSB" || s.name == "DXSA" {
			const head = 27
			if timed().Match(m.Get(off, int(min(n, head)))) {
				m.Claim(off, head, scrub.Payload, place)
				off, n = off+head, n-head
			}
		}
	}
	switch {
	case s.kind == "txts":
		return false, m.subtitle(c, place)
	case s.kind == "auds" && s.codec.Kind == codec.Plain: // encoders fill frames of MPEG sound with their names
		m.Claim(off, n, scrub.Payload, place)
		return false, nil
	}
	return m.film.look.Frame(&s.codec, off, n, no, place)
}

// motion has a frame of motion JPEG cleaned as a medium of its own, unless its length may
// be wrong: all behind its end goes.
func (m *medium) motion(c chunk.Part, place string) (done, tells bool, err error) {
	if m.Careful {
		return false, false, nil
	}
	if !m.film.indexed {
		if why, err := m.More(c.Body(), c.Size); why != "" || err != nil {
			return false, false, err
		}
	}
	return m.film.look.MotionPicture(scrub.Extents{{Off: c.Body(), Len: c.Size}}, place)
}

// blankFrame fills a frame of a stream that goes with zeros. The stream says so first.
func (m *medium) blankFrame(s *stream, c chunk.Part, place string) {
	m.Claim(c.Off, c.Head, scrub.Structure, place)
	zeros := m.Zeros(c.Body(), c.Size+c.Pad)
	switch {
	case zeros:
		m.Claim(c.Body(), c.Size+c.Pad, scrub.Filler, place)
		return
	case m.Careful || s.goes == scrub.Unknown && s.kind != gone && !m.private(s, c):
		m.Doubt("a stream stays that nobody knows")
		m.Claim(c.Body(), c.Size+c.Pad, scrub.Payload, place)
		return
	}
	m.Claim(c.Body(), c.Size+c.Pad, scrub.Identify, place)
	if m.Found(scrub.Finding{Kind: s.goes, Place: place, Off: c.Off, Len: c.Len()}) {
		if s.kind != gone {
			m.Put(scrub.Announce, s.header, []byte(gone))
			s.kind = gone
		}
		m.Fill(scrub.Destroy, c.Body(), c.Size+c.Pad, 0)
	}
}

// private tells whether a stream of a kind that nobody knows is one: its kind is a name,
// its frames are called neither picture nor sound, and the film is whole.
func (m *medium) private(s *stream, c chunk.Part) bool {
	return m.film.indexed && strings.Trim(s.kind, letters) == "" && c.ID != "##dc" && c.ID != "##db" && c.ID != "##wb" && c.ID != "##pc"
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// subtitleFile is what a chunk begins with that is a whole file of subtitles.
const subtitleFile = "GAB2\x00"

// subtitle claims a chunk of text: words of people, or a whole file of subtitles behind
// its name, as in players of old (GAB2).
func (m *medium) subtitle(c chunk.Part, place string) error {
	const head = 7 + 4
	b := m.Get(c.Body(), int(min(c.Size, head)))
	if len(b) < head || !bytes.HasPrefix(b, []byte(subtitleFile)) {
		m.Claim(c.Body(), c.Size, scrub.Payload, place)
		return nil
	}
	name := m.Number(b[7:11])
	file := c.Body() + head + name + 2 + 4
	if name > c.Size || file > c.Tail() {
		m.Doubt("a file of subtitles can't be read")
		m.Claim(c.Body(), c.Size, scrub.Payload, place)
		return nil
	}
	m.Claim(c.Body(), head, scrub.Structure, place)
	if err := m.Hide(c.Body()+head, name, place+"/name"); err != nil {
		return err
	}
	m.Claim(file-6, 6, scrub.Structure, place)
	before := m.Point()
	err := m.Medium(scrub.Extents{{Off: file, Len: c.Tail() - file}}, place)
	if scrub.Refusal(err) {
		m.Reset(before)
		m.Doubt("a file of subtitles can't be looked into")
		m.Claim(file, c.Tail()-file, scrub.Payload, place)
		err = nil
	}
	return err
}
