// Package realmedia cleans RealMedia, by the documentation of the Helix community and
// what FFmpeg reads.
//
// A file is chunks: what each stream is, packets, indexes. What goes becomes a chunk of
// no name. Texts beside others that stay become zeros of the same length: readers go
// through them one by one and don't skip to the end of the chunk.
package realmedia

import (
	_ "embed"
	"encoding/binary"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
)

//go:embed tags.tsv
var table string

var rules = chunk.MustRules(table)

// Format is RealMedia.
var Format = scrub.Format{
	Name: "realmedia", Title: "RealMedia sound or film", Extensions: []string{"rm", "rmvb", "rv", "ra"},
	Sniff: sniff.Like(".RMF\x00\x00", ".ra\xfd"),
	Parse: func(s *scrub.Scan) error {
		if b, err := s.Bytes(0, 4); err != nil || b[1] == 'r' {
			return oldSound(s)
		}
		return chunk.Parse(s, dialect, rules, plan)
	},
}

const chunkHead = 10 // name, length of all of it, version

// heads are the chunks whose own fields stand before what they hold.
var heads = map[string]int64{"DATA": 18, "RMMD": 8}

var dialect = &chunk.Dialect{
	Least:  chunkHead,
	Order:  binary.BigEndian,
	Read:   readChunk,
	Filler: func(p chunk.Part) bool { return p.ID == "JUNK" },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte("JUNK"))
		s.Fill(destroy, p.Off+chunkHead, p.Len()-chunkHead, 0)
	},
	Vital: []string{".RMF", "PROP", "MDPR", "DATA"},
}

// readChunk reads the head of a chunk. DATA of no packets was left by a writer that was
// killed: they follow to the end of the file.
func readChunk(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b := s.Get(off, chunkHead)

	for _, c := range b[:4] {
		if (c < 'A' || c > 'Z') && c != '.' && (c < '0' || c > '9') {
			return chunk.Part{}, s.Errorf(off, "a chunk %q, expected capital letters", b[:4])
		}
	}
	p := chunk.Part{ID: string(b[:4]), Off: off, Head: chunkHead}
	if h := heads[p.ID]; h > 0 && h <= end-off {
		p.Head = h
	}
	n := int64(binary.BigEndian.Uint32(b[4:]))
	switch {
	case p.ID == "DATA" && n <= p.Head, n > end-off:
		p.Size, p.Cut = end-off-p.Head, true
	case n < p.Head:
		return p, s.Errorf(off, "chunk %q of %d bytes", p.ID, n)
	default:
		p.Size = n - p.Head
	}
	return p, nil
}

// film is what the header says about packets.
type film struct {
	*chunk.Walk
	look    codec.Look
	streams map[int64]bool
	films   map[int64]bool // streams of pictures in the codecs of RealNetworks
	found   bool           // packets are there
	whole   bool           // as many as are counted
}

func plan(w *chunk.Walk) error {
	f := &film{Walk: w, look: codec.Look{S: w.Scan}, streams: map[int64]bool{}, films: map[int64]bool{}}
	w.Hands = map[string]chunk.Hand{"/.RMF": f.head, "/PROP": f.properties, "/CONT": f.content, "/MDPR": f.stream, "/INDX": f.index}
	off := int64(0)
	for w.Left(off) >= chunkHead {
		p, err := w.Read(w.Scan, off, w.Size())
		if scrub.Refusal(err) {
			break
		}
		if err != nil {
			return err
		}
		_, known := rules[""][p.ID]
		if p.ID == ".RMF" && off > 0 || f.found && !known && !w.Filler(p) {
			break
		}
		if p.ID == "DATA" {
			if off, err = f.data(p); err != nil || p.Cut && !f.whole {
				return err
			}
			continue
		}
		if p.Cut {
			w.Distrust("a chunk is cut short")
		}
		if _, err := w.Part(p, "", p.ID); err != nil {
			return err
		}
		off = p.End()
	}
	if !f.found {
		w.Distrust("there are no packets")
	}
	proof := scrub.Said
	if f.whole {
		proof = scrub.Counted
	}
	w.End(off, proof, chunkHead)
	return nil
}

// content claims four texts behind their lengths.
func (f *film) content(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return w.Whole(p, scrub.Comment, place, func() (bool, bool, error) {
		c := w.Fields(p, 0)
		texts(c, 2, place)
		return c.Stays, c.Sound(), c.Close(place)
	})
}

// texts claims title, author, copyright and comment, each behind its length.
func texts(c *chunk.Fields, length int64, place string) {
	for _, t := range []struct {
		name string
		kind scrub.Kind
		role scrub.Role
	}{{"title", scrub.Title, scrub.Describe}, {"author", scrub.Title, scrub.Describe}, {"copyright", scrub.Caption, 0}, {"comment", scrub.Comment, 0}} {
		c.Say(c.Number(length), t.kind, t.role, place+"/"+t.name)
	}
}

// stream claims what a stream is: number and rates, its name, what it is called on the
// internet, and what its codec needs, or tags.
func (f *film) stream(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	before, known := w.Point(), false
	c := w.Fields(p, 0)
	no := c.Number(2)
	f.streams[no] = true
	c.Fit(rates, place)
	c.Fit(times, place)
	c.Say(c.Number(1), scrub.Comment, 0, place+"/name")
	n := c.Number(1)
	mime := string(c.Peek(n))
	c.Skip(n)
	n = c.Number(4)
	off := c.At
	switch {
	case strings.HasPrefix(mime, "logical-"):
		f.logical(c, n, place+"/"+mime)
	case mime != "audio/x-pn-realaudio" && mime != "video/x-pn-realvideo" && mime != "audio/x-pn-multirate-realaudio" && mime != "video/x-pn-multirate-realvideo":
		c.Skip(-1)
		w.Distrust("a stream of kind %q can't be looked into", mime)
	case n > 0:
		head := c.Peek(min(n, 80))
		before, name := headLen(head), codecOf(head)
		f.films[no] = strings.HasPrefix(name, "RV")
		if !ours(name) { // FFmpeg writes any
			w.Doubt("a codec that is not of RealMedia, %q, can't be looked into", name)
		}
		c.Skip(before)
		if off += before; c.Take(n-before, place) {
			c.Err = f.look.Config(&codec.Stream{Kind: codec.Plain}, off, n-before, place+"/codec")
		}
	}
	if c.Err == nil && c.Sound() { // readers don't go by the length of what the codec needs
		known, c.Err = w.Constant(c.At, c.Left(), 0)
	}
	if c.Err == nil && !(known && c.Sound()) {
		w.Distrust("what a stream is contradicts itself")
		w.Reset(before)
		return true, w.Keep(p, scrub.Structure, place)
	}
	return true, c.Close(place)
}

// codecOf is what the codec of a stream is called, "" if b does not say.
func codecOf(b []byte) string {
	n := headLen(b)
	switch {
	case n == 0:
		return ""
	case string(b[4:8]) == "VIDO":
		return string(b[8:12])
	}
	return string(b[max(0, n-4):n])
}

// ours tells whether a codec is one in whose frames nobody writes text.
func ours(name string) bool {
	switch name {
	case "", "14_4", "28_8", "lpcJ", "sipr", "cook", "atrc", "ralf", "dnet":
		return true
	}
	return strings.HasPrefix(name, "RV")
}

// headLen is how many bytes say what a codec is, before those that it adds to them.
func headLen(b []byte) int64 {
	const picture, old, newer = 30, 56, 70
	switch {
	case len(b) >= picture && string(b[4:8]) == "VIDO":
		return picture
	case len(b) > newer && string(b[:6]) == ".ra\xfd\x00\x05":
		return newer
	case len(b) > old && string(b[:6]) == ".ra\xfd\x00\x04":
		n := old + 1 + int(b[old]) // two names behind their lengths
		if n < len(b) && n+1+int(b[n]) <= len(b) {
			return int64(n + 1 + int(b[n]))
		}
	}
	return 0
}

// logical claims n bytes about several streams: which they are, and properties of them.
func (f *film) logical(c *chunk.Fields, n int64, place string) {
	end := c.At + n
	if n < 12 { // nothing, or what an earlier run left
		c.Blank(n, place)
		return
	}
	if f.Zeros(c.At, min(n, c.Left())) || n > c.Left() {
		c.Blank(n, place)
		return
	}
	c.Skip(6)
	streams := c.Number(2)
	c.Skip(6 * streams)
	c.Skip(2 * c.Number(2))
	for i := c.Number(2); i > 0 && c.Sound(); i-- {
		c.Skip(4 + 2)
		size := c.Number(1)
		name := string(c.Peek(size))
		r, known := rules["property"][name]
		if known {
			c.Skip(size)
		} else {
			c.Say(size, scrub.Unknown, 0, place+"/name")
		}
		const text = 2
		kind, size := c.Number(4), c.Number(2)
		switch {
		case r.Role != 0:
			if value := c.Peek(size); kind == text && !settings().Match(value) || kind != text && size > 4 {
				f.Doubt("%s/%s has a value that it can't have", place, name)
			}
			c.Skip(size)
		case kind != text || r.Kind == "":
			c.Say(size, scrub.Unknown, 0, place+"/"+name)
		default:
			c.Say(size, r.Kind, 0, place+"/"+name)
		}
	}
	if c.Sound() && c.At <= end {
		c.Blank(end-c.At, place)
	} else if c.At > end {
		c.Skip(-1)
	}
}

// index claims an index of 14 bytes an entry. Some say that they are as long as their
// heads are.
func (f *film) index(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	c := w.Fields(p, 0)
	const least = 14
	n := c.Number(4)
	c.Fit(chunk.Layout{chunk.UpTo(2, 1024), within(w.Size())}, place)
	entry := chunk.Layout{chunk.UpTo(2, 1), chunk.UpTo(4, rate), within(w.Size()), chunk.UpTo(4, rate)}
	for ; n > 0 && c.Left() >= least && c.Sound(); n-- {
		c.Fit(entry, place)
	}
	c.Skip(least * n)
	if !c.Sound() {
		w.Distrust("an index is shorter than what it counts")
		return true, w.Keep(p, scrub.Structure, place)
	}
	return true, c.Close(place)
}

// data claims packets, and returns where they end: version, length, stream, time, two
// bytes or three, and media. FFmpeg writes a length that is too large, and eight zeros.
func (f *film) data(p chunk.Part) (end int64, err error) {
	b, err := f.Bytes(p.Off, int(min(18, f.Left(p.Off))))
	if err != nil || len(b) < 18 {
		f.Distrust("a chunk is cut short")
		f.Claim(p.Off, int64(len(b)), scrub.Structure, "DATA")
		return f.Size(), err
	}
	again := f.found
	f.found = true
	off, n, counted := p.Body(), int64(0), int64(binary.BigEndian.Uint32(b[chunkHead:]))
	for p.Tail()-off >= 12 && (n < counted || counted == 0) {
		h := f.Get(off, 12)
		size := int64(binary.BigEndian.Uint16(h[2:]))
		if h[0] != 0 || h[1] > 1 || size < 12 || size > p.Tail()-off {
			break
		}
		no := int64(binary.BigEndian.Uint16(h[4:]))
		if !f.streams[no] {
			f.Doubt("packets hold a stream that the header does not tell of")
		}
		if n < probed || f.Deep() {
			f.packet(off, size, f.films[no])
		}
		off, n = off+size, n+1
	}
	rest := p.Tail() - off
	zeros, err := f.Constant(off, min(rest, 18), 0)
	f.whole = n == counted && n > 0 && (rest == 0 && !p.Cut || rest == 8 && zeros && p.Cut) && !again
	end = p.Tail()
	if !f.whole && err == nil {
		f.Distrust("the film was not finished, or its packets are others than are counted")
		if p.Cut {
			end, err = f.CutMarks(p.Body())
		}
	}
	f.Claim(p.Off, p.Head, scrub.Structure, "DATA")
	f.Claim(p.Body(), end-p.Body(), scrub.Payload, "DATA/packets")
	return end, err
}

// oldSound cleans sound of before RealMedia: a head of three versions, and frames, of
// which nothing tells where they end.
func oldSound(s *scrub.Scan) error {
	const fixed = 22
	end, err := s.CutMarks(fixed)
	if err != nil {
		return err
	}
	b := s.Get(0, int(min(end, 80)))
	if len(b) < 80 {
		return s.Errorf(0, "no sound behind the head")
	}
	w := &chunk.Walk{Scan: s, Dialect: dialect}
	at, size := int64(fixed), 8+int64(binary.BigEndian.Uint16(b[6:]))
	if version := binary.BigEndian.Uint16(b[4:]); version == 4 {
		at, size = 56, 16+int64(binary.BigEndian.Uint32(b[18:]))
		at += 1 + int64(b[at])
		at = min(at+1+int64(b[min(at, 79)])+3, size)
	} else if version != 3 {
		s.Doubt("a head of version %d can't be looked into", version)
		size = 0
	}
	c := w.Fields(chunk.Part{Size: min(size, end)}, at)
	if size > 0 {
		texts(c, 1, "head")
	}
	if c.Err == nil && !c.Sound() {
		s.Doubt("the head contradicts itself")
	}
	s.Claim(c.Due, end-c.Due, scrub.Payload, "sound")
	return c.Err
}
