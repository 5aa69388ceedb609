// Package flv cleans Flash video, by Adobe's specification of it (10.1, annex E) and
// Enhanced RTMP.
//
// A file is tags of sound, picture and script, each followed by its length. Script tags
// hold values in AMF: what goes of them becomes zeros of the same length, names that
// nobody knows among it, so that each value stays where it is.
package flv

import (
	_ "embed"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

// Format is Flash video.
var Format = scrub.Format{
	Name: "flv", Title: "Flash video", Extensions: []string{"flv"},
	Sniff: sniff.Like("FLV\x01"), Parse: parse,
}

const (
	tagHead = 11
	backLen = 4 // of the length behind a tag

	sound  = 8
	video  = 9
	script = 18
)

// film is the work on one file.
type film struct {
	*scrub.Scan
	look    codec.Look
	streams map[int64]*codec.Stream // by codec, of pictures and of sound
	due     int64                   // from where on nothing is claimed yet
	tags    int
	all     bool  // every frame is looked into
	frames  int64 // of pictures
	heards  int64 // of sound that is looked into
	last    frame
	size    float64 // of the file, as onMetaData has it
}

// frame is a coded picture that was not looked into.
type frame struct {
	st         *codec.Stream
	off, n, no int64
}

func parse(s *scrub.Scan) error {
	before := s.Point()
	for _, all := range []bool{s.Deep(), true} {
		f := &film{Scan: s, look: codec.Look{S: s}, streams: map[int64]*codec.Stream{}, all: all}
		more, err := f.parse()
		if err != nil || !more {
			return err
		}
		s.Reset(before)
	}
	return nil
}

// parse tells whether frames hold something that others may hold, too.
func (f *film) parse() (more bool, err error) {
	const head = 9
	b := f.Get(0, head)
	first := int64(binary.BigEndian.Uint32(b[5:]))
	if first < head || first > f.Size()-backLen {
		return false, f.Errorf(5, "header of %d bytes", first)
	}
	f.Claim(0, head, scrub.Structure, "header")
	if err := f.Blank(head, first+backLen-head, 0, scrub.Hidden, "header"); err != nil {
		return false, err
	}
	off := first + backLen
	f.due = off
	for {
		t, ok := f.read(off)
		if !ok {
			break
		}
		tells, err := f.tag(t)
		if err != nil || tells && !f.all {
			return tells, err
		}
		off, f.tags = t.end()+backLen, f.tags+1
	}
	if f.tags == 0 {
		return false, f.Errorf(off, "no tag")
	}
	tells, err := f.lastFrame()
	f.payload(off)
	end := scrub.End{Off: off, Least: tagHead + backLen, More: f.more}
	if f.size == float64(off) {
		end.Proof = scrub.Counted
	}
	f.End(end)
	return tells && !f.all, err
}

// tag is one of a film.
type tag struct{ kind, off, n int64 }

func (t tag) body() int64 { return t.off + tagHead }
func (t tag) end() int64  { return t.body() + t.n }

// read reads the tag at off. None is there if what stands behind it is not its length.
func (f *film) read(off int64) (t tag, ok bool) {
	if f.Left(off) < tagHead+backLen {
		return t, false
	}
	b := f.Get(off, tagHead)
	t = tag{int64(b[0]), off, int64(binary.BigEndian.Uint32(b) & 0xffffff)}
	if t.n > f.Left(t.body())-backLen {
		return t, false
	}
	back := f.Get(t.end(), backLen)
	if int64(binary.BigEndian.Uint32(back)) != t.n+tagHead {
		return t, false
	}
	if b[8]|b[9]|b[10] != 0 {
		f.Doubt("tags have numbers of streams, which mean nothing")
	}
	return t, true
}

// more looks for tags in n bytes at off: one that is cut short or damaged, and others
// after it.
func (f *film) more(off, n int64) (string, error) {
	const window = 64 << 10
	b := f.Get(off, int(min(n, window)))
	if len(b) < tagHead+backLen {
		return "", nil
	}
	starts := func(b []byte) (n int64, ok bool) {
		return int64(binary.BigEndian.Uint32(b) & 0xffffff), b[8]|b[9]|b[10] == 0
	}
	size, ok := starts(b)
	if ok || size+tagHead+backLen == n || int64(binary.BigEndian.Uint32(b[len(b)-backLen:])) == int64(len(b)-backLen) {
		return "a tag that is cut short or damaged", nil
	}
	for i := range b[:len(b)-tagHead-backLen] {
		size, ok := starts(b[i:])
		end := int64(i) + size + tagHead
		if k := b[i]; ok && (k == sound || k == video || k == script) && (end > int64(len(b)-backLen) || int64(binary.BigEndian.Uint32(b[end:])) == end-int64(i)) {
			return "tags", nil
		}
	}
	return "", nil
}

// payload claims what precedes an offset.
func (f *film) payload(to int64) {
	f.Claim(f.due, to-f.due, scrub.Payload, "tags")
	f.due = to
}

// others are types of tags that no player plays, and that one flipped bit does not
// make of those it does.
const others int64 = 1<<3 | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<14 | 1<<15 | 1<<17 | 1<<20 | 1<<21 | 1<<23 | 0x1f<<27

// tag claims one, and tells whether its frame holds something.
func (f *film) tag(t tag) (tells bool, err error) {
	switch {
	case t.kind == sound && t.n > 2:
		return f.sound(t)
	case t.kind == video && t.n > 1:
		return f.video(t)
	case t.kind == script:
		if _, err := f.lastFrame(); err != nil {
			return false, err
		}
		return false, f.script(t)
	case t.kind < 32 && others>>t.kind&1 == 1 && t.n <= 64<<10:
		if _, err := f.lastFrame(); err != nil {
			return false, err
		}
		f.payload(t.body())
		f.due = t.end()
		return false, f.Blank(t.body(), t.n, 0, scrub.Unknown, "tag of unknown type")
	case t.kind != sound && t.kind != video:
		f.Doubt("tags of type %d can't be looked into", t.kind)
	}
	return false, nil
}

const (
	extended = 0x80 // of the byte that names a codec: four letters follow
	config   = 0    // type of packets with the configuration of a codec
)

// sound looks into the configuration of a codec of sound (E.4.2).
func (f *film) sound(t tag) (tells bool, err error) {
	b := f.Get(t.body(), int(min(t.n, 5)))
	const adpcm, mp3, first, last, slow, aac, speex, other, coded = 1, 2, 4, 6, 14, 10, 11, 9, 1
	format := b[0] >> 4
	switch {
	case b[0]>>4 == aac && b[1] == config:
		return false, f.config(&codec.Stream{Kind: codec.AAC}, t, 2)
	case b[0]>>4 == other && b[0]&0xf == config && len(b) == 5:
		kind := map[string]codec.Kind{"mp4a": codec.AAC, "fLaC": codec.FLAC, "Opus": codec.Opus}[string(b[1:])]
		return false, f.config(&codec.Stream{Kind: kind}, t, 5)
	case b[0]>>4 == aac && b[1] == coded:
		return f.heard(codec.AAC, t, 2)
	case b[0]>>4 == other && b[0]&0xf == coded && string(b[1:]) == "mp4a":
		return f.heard(codec.AAC, t, 5)
	case b[0]>>4 == mp3 || b[0]>>4 == slow:
		return f.heard(codec.MP3, t, 1)
	case b[0]>>4 == other && b[0]&0xf == coded && string(b[1:]) == ".mp3":
		return f.heard(codec.MP3, t, 5)
	case format == aac || format == other && b[0]&0xf > coded && t.n > 5:
		f.Doubt("packets of sound of a kind that nobody plays")
	case format == other && b[0]&0xf == coded:
		return f.heard(codec.Plain, t, 5)
	case format == adpcm || format >= first && format <= last || format == speex:
		return f.heard(codec.Plain, t, 1)
	case format > speex:
		f.Doubt("sound of a codec that nobody knows")
	}
	return false, nil
}

// heard looks into a frame of sound that begins n bytes into a tag: the first ones, in which
// encoders leave their names, or all.
func (f *film) heard(kind codec.Kind, t tag, n int64) (tells bool, err error) {
	no := f.heards
	if f.heards++; !f.all && no >= probes {
		return false, nil
	}
	if _, err := f.lastFrame(); err != nil {
		return false, err
	}
	tells, err = f.see(frame{&codec.Stream{Kind: kind}, t.body() + n, t.n - n, no})
	return tells && no > 0, err
}

// config looks into the configuration that begins n bytes into a tag.
func (f *film) config(st *codec.Stream, t tag, n int64) error {
	if _, err := f.lastFrame(); err != nil || n >= t.n {
		return err
	}
	f.payload(t.body() + n)
	f.due = t.end()
	return f.look.Config(st, t.body()+n, t.n-n, "config")
}

// video looks into a picture, or what is needed for those that follow (E.4.3).
func (f *film) video(t tag) (tells bool, err error) {
	b := f.Get(t.body(), int(min(t.n, 8)))
	const info, nal, hevc, head = 5, 7, 12, 5 // the kind of frame that is a command; codecs whose tags say what they hold
	id, name, packet, skip := int64(b[0]&0xf), string([]byte{b[0] & 0xf}), int64(1), int64(1)
	switch {
	case b[0]&extended != 0 && len(b) == 8:
		name, packet, skip = string(b[1:5]), int64(b[0]&0xf), head
		id = int64(binary.BigEndian.Uint32(b[1:]))
		if (name == "avc1" || name == "hvc1" || name == "vvc1") && packet == 1 { // with the time between decoding and showing
			skip += 3
		}
	case id == nal || id == hevc:
		packet, skip = int64(b[1]), head
	case id == 4 || id == 5: // VP6, with how much of the picture is not shown
		skip = 2
	}
	st := f.streams[id]
	if st == nil {
		s, ok := codec.Of(codec.FLV, name)
		if !ok {
			f.Doubt("a codec that nobody knows, %q, can't be looked into", name)
		}
		st = &s
		f.streams[id] = st
	}
	const coded, codedAtOnce, command = 1, 3, 9
	switch {
	case b[0]>>4&7 == info && t.n > command:
		f.Doubt("a command to players is longer than it can be")
	case b[0]>>4&7 == info || skip >= t.n:
	case packet == config:
		return false, f.config(st, t, skip)
	case packet == coded || packet == codedAtOnce:
		return f.picture(frame{st, t.body() + skip, t.n - skip, f.frames})
	case packet > 5:
		f.Doubt("packets of several tracks can't be looked into")
	default:
		f.Doubt("packets of pictures of a kind that nobody shows")
	}
	return false, nil
}

// probes are how many pictures are looked into, and the last one, where not all are.
const probes = 32

// picture looks into one, or remembers it in case that it is the last one.
func (f *film) picture(x frame) (tells bool, err error) {
	f.frames++
	if f.all || x.no < probes {
		return f.see(x)
	}
	f.last = x
	return false, nil
}

func (f *film) see(x frame) (tells bool, err error) {
	f.payload(x.off)
	f.due = x.off + x.n
	tells, err = f.look.Frame(x.st, x.off, x.n, x.no, "tags")
	return tells && (x.no > 0 || x.st.Timed), err
}

// lastFrame looks into the frame before something else, if that was not done.
func (f *film) lastFrame() (tells bool, err error) {
	x := f.last
	f.last = frame{}
	if x.st == nil || x.off < f.due {
		return false, nil
	}
	return f.see(x)
}
