// Package ogg cleans Ogg (RFC 3533): Vorbis, Opus, FLAC, Speex, Theora, Kate and OGM, one
// after the other and side by side. Tags are in the header packets of a stream, which keep
// their lengths. A page can be read only if its checksum is right, which may lie in another
// sector than what changes. So a change of one sector takes the checksum along; where
// comments lie in more, their first page changes behind a stub of it (see [file.swap]);
// elsewhere four bytes of filler in each sector keep the checksum as it was (package crc).
package ogg

import (
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/sniff"
	"untag/scrub/telemetry"
	"untag/scrub/words"
)

// Format is Ogg.
var Format = scrub.Format{
	Name: "ogg", Title: "Ogg: Vorbis, Opus, FLAC, Speex, Theora, OGM", Extensions: []string{"ogg", "oga", "ogv", "opus", "spx", "ogm", "ogx"},
	Sniff: sniff.Like("OggS"), Parse: parse,
}

const (
	maxStreams = 1 << 12
	maxHeader  = 16 << 20 // bytes of a header packet
)

// file is the work on one file.
type file struct {
	*scrub.Scan
	streams map[uint32]*stream
	deep    bool
	buf     []byte
	held    int64       // which page is in it
	changed []*revision // header pages of which bytes change
}

// part is a piece of a packet in a page.
type part struct {
	page     *page
	off, len int64
}

// stream is a logical bitstream.
type stream struct {
	codec
	open    []part // of the packet that goes on
	packets int
	done    bool // its headers are over
	ended   bool
	next    uint32 // number of the next page
	said    telemetry.Track
	lines   int // texts of it
}

func parse(s *scrub.Scan) error {
	f := &file{Scan: s, streams: map[uint32]*stream{}, deep: s.Deep()}
	off, whole := int64(0), true
	for s.Left(off) > 0 {
		p, err := readPage(s, off)
		if err == nil && p != nil && !f.far(p) {
			err = f.check(p)
		}
		if err != nil {
			return err
		}
		if p != nil && p.wrong {
			if err := f.believe(p); err != nil {
				return err
			}
		}
		if p == nil || p.wrong && !p.believed {
			next, err := f.search(off + 1)
			if err != nil {
				return err
			}
			if next == nil && p == nil {
				break
			}
			if whole = false; next == nil {
				return f.broken(off)
			}
			if err := f.lost(p, off, next); err != nil {
				return err
			}
			p = next
		}
		if err := f.take(p); err != nil {
			return err
		}
		off = p.end()
	}
	if off == 0 {
		return s.Errorf(0, "no page whose checksum is right")
	}
	f.over(off, whole)
	return nil
}

// believe tells whether another page follows one whose checksum is wrong: then it is not
// its lengths that are damaged. One that an interrupted run left is not damaged at all.
func (f *file) believe(p *page) error {
	again, err := f.revived(p)
	if again || err != nil {
		p.behind, p.believed, p.wrong = again, again, false
		return err
	}
	next, err := readPage(f.Scan, p.end())
	if err == nil && next != nil {
		err = f.check(next)
	}
	if p.believed = next != nil && !next.wrong; p.believed {
		f.Doubt("the page at 0x%x is damaged", p.off)
	}
	return err
}

// broken claims a page that is damaged or cut short, and that none follows.
func (f *file) broken(off int64) error {
	f.Doubt("the page at 0x%x is damaged or cut short", off)
	end, err := f.CutMarks(off)
	if err != nil {
		return err
	}
	from := off
	if p, err := readPage(f.Scan, off); err != nil {
		return err
	} else if p != nil {
		from = f.opened(p, end)
	}
	f.Claim(from, end-from, scrub.Payload, "damaged page")
	f.close()
	return nil
}

// opened takes the first packet of a damaged page, up to end at the most, for one of headers if its
// stream waits for that, and returns where it ends.
func (f *file) opened(p *page, end int64) int64 {
	st, room := f.streams[p.serial], end-p.off-p.head
	if st == nil || st.done || room <= 0 || (p.flags&continued != 0) != (len(st.open) > 0) {
		return p.off
	}
	size := int64(0)
	for _, l := range p.lacing {
		if size += int64(l); l < 255 {
			break
		}
	}
	p.size, size = p.head+room, min(size, room)
	st.open = append(st.open, part{p, p.off + p.head, size})
	f.Claim(p.off, p.head, scrub.Structure, "damaged page")
	return p.off + p.head + size
}

// lost claims what lies before the page next: a damaged page p, or none.
func (f *file) lost(p *page, off int64, next *page) error {
	n := next.off - off
	st := f.streams[next.serial]
	zeros := f.Zeros(off, n)
	like, err := f.paged(off, n)
	switch {
	case err != nil:
		return err
	case zeros:
		f.Claim(off, n, scrub.Filler, "between pages")
	case p == nil && !like && st != nil && st.next == next.number && f.alone(): // nothing is missing
		return f.Blank(off, n, 0, scrub.Hidden, "between pages")
	default:
		f.Claim(off, n, scrub.Payload, "damaged page")
		f.Doubt("the page at 0x%x is damaged", off)
	}
	return nil
}

// alone tells whether no two streams lie side by side.
func (f *file) alone() bool {
	n := 0
	for _, st := range f.streams {
		if !st.ended {
			n++
		}
	}
	return n == 1
}

// take claims a page.
func (f *file) take(p *page) error {
	st := f.streams[p.serial]
	if p.flags&begins != 0 {
		if st != nil {
			f.unfinished(st)
		}
		if len(f.streams) >= maxStreams {
			return f.Unsupportedf(p.off, "more than %d streams", maxStreams)
		}
		first := f.Get(p.off+p.head, int(min(p.size-p.head, 128)))
		st = &stream{codec: identify(first)}
		f.streams[p.serial] = st
		if st.name == unknown.name {
			f.Doubt("a stream of a kind that nothing is known about: %q", first[:min(8, len(first))])
		}
	}
	if st == nil {
		f.Doubt("a stream without a beginning")
		f.Claim(p.off, p.size, scrub.Payload, "pages")
		return nil
	}
	const most = 1 << 16 // pages that may be lost
	missing := p.number != st.next && p.flags&begins == 0
	if missing && st.done && !p.wrong && p.number-st.next > most { // also if it is less
		f.Doubt("the number of the page at 0x%x is not of that stream", p.off)
	}
	st.next = p.number + 1
	st.ended = st.ended || p.flags&ends != 0
	f.epoch(st, p)
	if st.done {
		if st.name == "kate" || st.name == "ogm text" {
			f.listen(st, p)
		}
		f.hear(st, p, p.head)
		f.Claim(p.off, p.size, scrub.Payload, "pages")
		return nil
	}
	if missing || (p.flags&continued != 0) != (len(st.open) > 0) {
		f.Doubt("headers of a stream are missing before 0x%x", p.off)
		st.done = true
		f.unfinished(st)
		f.Claim(p.off, p.size, scrub.Payload, "pages")
		return nil
	}
	return f.headers(st, p)
}

// epoch doubts samples that are counted from 1970, as senders of live streams do: more than
// a year's at the highest rate, and frames of more than twenty years.
func (f *file) epoch(st *stream, p *page) {
	const most, none, years = 200_000 * 366 * 86400, 1 << 63, 20 * 365 * 86400
	sound := slices.Contains([]string{"vorbis", "opus", "flac", "speex", "celt"}, st.name)
	dated := sound && p.granule > most || st.name == "theora" && float64(p.granule>>st.shift)*st.tick > years
	if dated && p.granule < none && !p.wrong {
		f.Doubt("the times of frames tell when they were recorded")
	}
}

// told doubts coded sound or picture in which there is text.
func (f *file) told(b []byte) {
	const sentence = 24
	if coded.Speaks(b, sentence) {
		f.Doubt("text among the coded sound")
	}
}

// maxLines bounds the texts of a stream that are judged.
const maxLines = 1 << 17

// listen takes in the texts of a page of subtitles: those of OGM stand behind a byte that says
// how many more tell how long they are shown, those of Kate behind three times and a length.
func (f *file) listen(st *stream, p *page) {
	const long, short, kate = 0xc0, 2, 29
	at, size := p.off+p.head, int64(0)
	for _, l := range p.lacing {
		if size += int64(l); l == 255 {
			continue
		}
		b := f.Get(at, int(min(size, 2*words.MaxText)))
		skip, time := 0, float64(p.granule)*st.tick
		switch {
		case len(b) == 0:
		case st.name == "kate" && b[0] == 0 && len(b) >= kate:
			skip, time = kate, float64(binary.LittleEndian.Uint64(b[1:]))*st.tick
		case st.name != "kate" && b[0]&1 == 0:
			skip = 1 + int(b[0]&long>>6|b[0]&short<<1)
		}
		if skip > 0 && skip < len(b) {
			if st.lines++; st.lines <= maxLines {
				st.said.Add(time, time, b[skip:])
			}
		}
		at, size = at+size, 0
	}
}

// judge doubts subtitles that a machine wrote, and that can't be taken out.
func (f *file) judge(st *stream) {
	if !f.Goes(scrub.Identify, scrub.Telemetry) {
		return
	}
	if verdict, rule := st.said.Judge(); verdict != telemetry.Speech {
		f.Doubt("subtitles may be telemetry: %s", rule)
	}
	if st.lines > maxLines {
		f.Doubt("more subtitles than can be looked at")
	}
}

// hear looks at what a page holds from an offset on: for text, and for padding of Opus.
func (f *file) hear(st *stream, p *page, from int64) {
	if p.wrong || p.behind || f.far(p) || slices.Contains([]string{"kate", "ogm text", "skeleton", unknown.name}, st.name) {
		return
	}
	if f.held != p.off {
		return
	}
	body := f.buf[from:p.size]
	f.told(body)
	if st.name != "opus" || st.head > opusHead {
		return
	}
	at, size := p.head, int64(0)
	for _, l := range p.lacing {
		if size += int64(l); l == 255 {
			continue
		}
		if begun := at > p.head || p.flags&continued == 0; begun && at >= from && coded.PadsOpus(body[at-from:at-from+size]) {
			f.Doubt("padding of Opus that is not empty")
		}
		at, size = at+size, 0
	}
}

// headers takes header packets out of a page. What follows the last one is payload.
func (f *file) headers(st *stream, p *page) error {
	at := p.off + p.head
	f.Claim(p.off, p.head, scrub.Structure, st.name+"/page")
	size := int64(0)
	for _, l := range p.lacing {
		if size += int64(l); l == 255 || st.done {
			continue
		}
		whole := append(st.open, part{p, at, size})
		at, size, st.open = at+size, 0, nil
		if err := f.packet(st, whole); err != nil {
			return err
		}
	}
	if st.done {
		f.hear(st, p, at-p.off)
		f.Claim(at, p.end()-at, scrub.Payload, "pages")
	} else if size > 0 || len(p.lacing) > 0 && p.lacing[len(p.lacing)-1] == 255 {
		st.open = append(st.open, part{p, at, size})
	}
	if len(st.open) == 0 {
		f.revise()
	}
	return nil
}

// packet claims a packet of a stream whose headers are not over.
func (f *file) packet(st *stream, parts []part) error {
	n := length(parts)
	i := st.packets
	st.packets++
	if n > maxHeader {
		f.Doubt("a header of %d bytes", n)
		st.done = true
		f.payload(parts)
		return nil
	}
	b, err := f.joined(parts, n)
	if err != nil {
		return err
	}
	if !st.isHeader(i, b) {
		st.done = true
		f.told(b)
		f.payload(parts)
		return nil
	}
	st.done = i+1 >= st.codec.headers
	return f.header(st, i, packet{parts, b})
}

func length(parts []part) (n int64) {
	for _, p := range parts {
		n += p.len
	}
	return n
}

// joined returns the n bytes of parts.
func (f *file) joined(parts []part, n int64) ([]byte, error) {
	b := make([]byte, 0, n)
	for _, p := range parts {
		piece := make([]byte, p.len)
		if _, err := f.ReadAt(piece, p.off); err != nil {
			return nil, err
		}
		b = append(b, piece...)
	}
	return b, nil
}

func (f *file) payload(parts []part) {
	for _, p := range parts {
		f.Claim(p.off, p.len, scrub.Payload, "pages")
	}
}

// unfinished claims the packet of headers that a stream breaks off in.
func (f *file) unfinished(st *stream) {
	if len(st.open) > 0 {
		f.Doubt("headers of a stream are cut short")
		if !f.begun(st) {
			f.payload(st.open)
		}
		st.open = nil
		f.revise()
	}
}

// close ends the streams, and tells whether all of them came to their last pages.
func (f *file) close() (ended bool) {
	ended = true
	for _, st := range f.streams {
		f.unfinished(st)
		f.judge(st)
		ended = ended && st.ended
	}
	return ended
}

// over declares the end.
func (f *file) over(off int64, whole bool) {
	e := scrub.End{Off: off, Proof: scrub.Proven, Least: pageHead, More: func(off, n int64) (string, error) {
		p, err := f.search(off)
		if err != nil || p == nil {
			return "", err
		}
		return "pages", nil
	}}
	if !f.close() {
		e.Doubt = "a stream has not come to its last page"
		f.Doubt("%s", e.Doubt)
	} else if !whole {
		e.Doubt = "pages are damaged"
	}
	f.End(e)
}
