package apetag

import (
	"bytes"
	"strconv"

	"untag/scrub"
	"untag/scrub/id3"
	"untag/scrub/marks"
	"untag/scrub/sniff"
	"untag/scrub/words"
)

// entry is a tag at the end of a medium.
type entry struct {
	what   string
	off, n int64
}

func (e entry) end() int64 { return e.off + e.n }

// Tail is the tags at the end of a medium.
type Tail struct {
	*scrub.Scan
	tags  []entry // from the last one to the first
	Start int64   // where the first one starts
}

const (
	maxTags  = 64
	v1Len    = 128
	plusLen  = 227
	id3Frame = 10  // of a header or footer
	sector   = 512 // which a drive writes whole or not at all
	lyricsV1 = 5100 + 20
)

// Find goes over the tags at the end of s backwards, and over marks between them that
// prove themselves.
func Find(s *scrub.Scan) (*Tail, error) {
	t := &Tail{Scan: s, Start: s.Size()}
	for len(t.tags) < maxTags {
		from := max(0, t.Start-lyricsV1-16)
		b := s.Get(from, int(t.Start-from))
		e := last(b)
		e.off = t.Start - e.n
		if e.n > 0 && e.what == "Lyrics3" && e.off >= 0 {
			if b := s.Get(e.off, 11); string(b) != "LYRICSBEGIN" {
				e.n = 0
			}
		}
		if (e.n == 0 || e.off < 0) && !s.Nested() {
			m, ok, err := marks.Trailer(s.Reader, 0, t.Start)
			if err != nil && !scrub.Refusal(err) {
				return nil, err
			}
			if e = (entry{}); ok && m.Proven && m.Off+m.Len == t.Start {
				e = entry{"mark", m.Off, m.Len}
			}
		}
		if e.n > 0 && (e.what == "APE" || e.what == "ID3") {
			e = t.measured(e)
		}
		if e.n <= 0 || e.off < 0 {
			break
		}
		t.tags, t.Start = append(t.tags, e), e.off
	}
	return t, nil
}

// measured returns a tag that ends where e does, and is as long as its start shows: one bit of its
// footer may be wrong. Where nothing shows, nor an interrupted run emptied its start, that it is the footer alone.
func (t *Tail) measured(e entry) entry {
	const lengths = 28 // a tag is shorter than 2^28 bytes
	foot, shows := int64(frameLen), t.startsAPE
	heads := []int64{0, frameLen} // which a length may count or not
	if e.what == "ID3" {
		foot, shows, heads = id3Frame, t.startsID3, []int64{2 * id3Frame}
	}
	if e.off >= 0 && shows(e, foot) {
		return e
	}
	for k := -1; k < lengths; k++ {
		for _, counted := range heads {
			for _, head := range heads {
				n := e.n - counted
				if k >= 0 {
					n ^= 1 << k
				}
				n += head
				x := entry{e.what, e.end() - n, n}
				if n >= foot && x.off >= 0 && shows(x, 0) {
					return x
				}
			}
		}
	}
	if e.off >= 0 && t.emptied(e) { // zeros may be silence, too: a start that shows comes first
		return e
	}
	return entry{e.what, e.end() - foot, foot}
}

// startsAPE tells whether a tag of this length starts with items that fill it or with a header, of
// which some bytes may be damaged.
func (t *Tail) startsAPE(e entry, damaged int64) bool {
	const most = 12 // bytes in which header and footer differ
	head, foot, differ := t.Get(e.off, frameLen), t.Get(e.end()-frameLen, frameLen), 0
	for i := range head {
		if head[i] != foot[i] {
			differ++
		}
	}
	if string(head[:8]) == magic || damaged > 0 && differ <= most {
		return true
	}
	_, fill := items(t.Scan, e.off, e.end()-frameLen)
	return fill
}

// startsID3 is the same for ID3, of which the first name of a frame shows.
func (t *Tail) startsID3(e entry, damaged int64) bool {
	b := t.Get(e.off, int(min(e.n, id3Frame+4)))
	return string(b[:3]) == "ID3" || damaged > 0 && len(bytes.Trim(b[id3Frame:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")) == 0
}

// emptied tells whether the start of a tag is as a run leaves it that was interrupted.
func (t *Tail) emptied(e entry) bool {
	b := t.Get(e.off, int(min(e.n, sector)))
	zeros := len(b) - len(bytes.TrimLeft(b, "\x00"))
	return zeros >= frameLen || zeros > 0 && !t.Atomic(e.off+int64(zeros)-1, 2)
}

// Sound is where sound ends of which nothing but the tags tells that it does: before zeros
// that an interrupted run left of some.
func (t *Tail) Sound() (int64, error) {
	end := t.Start
	for end > max(0, t.Start-scrub.MaxPiece) {
		from := max(0, end-4096)
		n := len(bytes.TrimRight(t.Get(from, int(end-from)), "\x00"))
		if end = from + int64(n); n > 0 {
			break
		}
	}
	return end, nil
}

// last returns what tag b ends with, and how long it is.
func last(b []byte) (e entry) {
	n := len(b)
	has := func(word string) bool { return bytes.HasSuffix(b, []byte(word)) }
	switch {
	case n >= v1Len && string(b[n-v1Len:n-v1Len+3]) == "TAG" && !bytes.HasPrefix(b[n-frameLen:], []byte(magic)) && !bytes.HasPrefix(b[max(0, n-v1Len-3):], []byte(magic)):
		e = entry{what: "ID3v1", n: v1Len}
		if n >= v1Len+plusLen && string(b[n-v1Len-plusLen:n-v1Len-plusLen+4]) == "TAG+" {
			e.n += plusLen
		}
	case n >= frameLen && string(b[n-frameLen:n-frameLen+8]) == magic:
		foot := b[n-frameLen:]
		if e = (entry{what: "APE", n: le32(foot, 12)}); le32(foot, 20)&hasHead != 0 {
			e.n += frameLen
		}
		if e.n < frameLen || le32(foot, 20)&isHead != 0 { // the header of a tag that was cut short
			e.n = 0
		}
	case n > 15 && has("LYRICS200"):
		if k, err := strconv.ParseUint(string(b[n-15:n-9]), 10, 32); err == nil {
			e = entry{what: "Lyrics3", n: int64(k) + 15}
		}
	case has("LYRICSEND"):
		if at := bytes.LastIndex(b, []byte("LYRICSBEGIN")); at >= 0 {
			e = entry{what: "Lyrics3v1", n: int64(n - at)}
		}
	default:
		e = entry{what: "ID3", n: id3.LenBefore(b)}
	}
	return e
}

// Clean claims what follows the end of the sound, e, and declares the end of the medium:
// behind the last tag of which something stays.
func (t *Tail) Clean(e scrub.End) error {
	first := t.Point()
	last, keep := first, -1
	if err := t.gap(e); err != nil {
		return err
	}
	if e.Doubt != "" && len(t.tags) > 0 { // the tags are known all the same
		last, e.Off, e.Doubt = t.Point(), t.Start, ""
	}
	for i := len(t.tags) - 1; i >= 0; i-- {
		x := t.tags[i]
		p := t.Point()
		stays, err := t.clean(x)
		if err != nil {
			return err
		}
		if stays {
			last, keep = t.Point(), i
			continue
		}
		t.Retract(p)
		blank(t.Scan, x)
	}
	t.Reset(last)
	if keep >= 0 {
		e.Off = t.tags[keep].end()
	}
	t.End(e)
	return nil
}

func (t *Tail) clean(e entry) (stays bool, err error) {
	switch e.what {
	case "ID3":
		if b := t.Get(e.off, 10); id3.Len(b) != e.n {
			t.Found(scrub.Finding{Kind: scrub.Hidden, Place: "tail/ID3", Off: e.off, Len: e.n})
			return false, nil // half of it was destroyed
		}
		return id3.Clean(t.Scan, e.off, e.n, "tail/ID3")
	case "APE":
		return cleanAPE(t.Scan, e)
	case "ID3v1":
		return cleanV1(t.Scan, e)
	case "Lyrics3", "Lyrics3v1":
		return cleanLyrics(t.Scan, e)
	}
	t.Found(scrub.Finding{Kind: scrub.Mark, Place: "tail/mark", Off: e.off, Len: e.n})
	return false, nil
}

// gap claims what stands between the sound and the tags.
func (t *Tail) gap(e scrub.End) error {
	n := t.Start - e.Off
	if n <= 0 {
		return nil
	}
	b := t.Get(e.Off, int(min(n, scrub.MaxPiece)))
	zeros := t.Zeros(e.Off, n)
	const little = 64 << 10
	if !zeros && (n > little || e.Doubt != "" || sniff.Sound(b)) {
		t.Claim(e.Off, n, scrub.Identify, "rest")
		t.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "rest", Off: e.Off, Len: n})
		t.Doubt("bytes of no known kind stand before the tags")
		return nil
	}
	return t.Blank(e.Off, n, 0, scrub.Hidden, "rest")
}

// blank fills a tag of which nothing stays, where another one behind it does.
func blank(s *scrub.Scan, e entry) {
	if s.Zeros(e.off, e.n) {
		s.Claim(e.off, e.n, scrub.Filler, e.what)
		return
	}
	s.Claim(e.off, e.n, scrub.Identify, e.what)
	s.Fill(scrub.Destroy, e.off, e.n, 0)
}

// field is a text of a fixed length.
type field struct {
	off, n int64
	kind   scrub.Kind // "" for what is a number
	place  string
}

// v1 are the fields of ID3v1, plus those of its enhancement, which stands before it.
var (
	v1 = []field{{3, 30, scrub.Title, "title"}, {33, 30, scrub.Title, "artist"}, {63, 30, scrub.Title, "album"}, {93, 4, scrub.Title, "year"}, {97, 30, scrub.Comment, "comment"}}
	// The times of day at its end say where to start and to stop.
	plus = []field{{4, 60, scrub.Title, "title"}, {64, 60, scrub.Title, "artist"}, {124, 60, scrub.Title, "album"}, {185, 30, scrub.Title, "genre"}, {215, 12, scrub.Unknown, "times"}}
)

// cleanV1 claims an ID3v1 tag and tells whether any word of it stays.
func cleanV1(s *scrub.Scan, e entry) (stays bool, err error) {
	fields, at := v1, e.end()-v1Len
	s.Claim(at, 3, scrub.Structure, e.what)
	if e.n > v1Len {
		if stays, err = fixed(s, e.off, plus, e.what+"/enhanced/"); err != nil {
			return false, err
		}
		s.Claim(e.off, 4, scrub.Structure, e.what)
		s.Claim(e.off+184, 1, scrub.Describe, e.what+"/speed")
	}
	b := s.Get(at+97, 30)
	if b[28] == 0 && b[29] != 0 { // ID3v1.1: the track
		fields = append(v1[:4:4], field{97, 29, scrub.Comment, "comment"})
		s.Claim(at+126, 1, scrub.Describe, e.what+"/track")
	}
	s.Claim(at+127, 1, scrub.Describe, e.what+"/genre")
	more, err := fixed(s, at, fields, e.what+"/")
	return stays || more, err
}

// fixed claims texts of fixed lengths and tells whether any stays.
func fixed(s *scrub.Scan, at int64, fields []field, place string) (stays bool, err error) {
	for _, f := range fields {
		off := at + f.off
		b := s.Get(off, int(f.n))
		raw, rest, _ := bytes.Cut(b, []byte{0})
		hidden := len(bytes.Trim(rest, "\x00 ")) > 0
		text, ok := words.Legacy(raw)
		found := scrub.Finding{Kind: f.kind, Role: scrub.Describe, Place: place + f.place, Off: off, Len: f.n, Value: text}
		if told := words.Stay([]byte(text), 256); !ok || told != "" || f.kind != scrub.Title {
			found.Role = scrub.Identify
			if ok && told != "" {
				found.Kind = told
			}
		}
		if len(bytes.Trim(b, "\x00 ")) == 0 {
			s.Claim(off, f.n, scrub.Describe, place+f.place)
			continue
		}
		if found.Role == scrub.Identify && f.kind == scrub.Title && found.Kind == scrub.Title {
			found.Kind = scrub.Unknown
		}
		s.Claim(off, f.n, found.Role, place+f.place)
		switch {
		case s.Found(found):
			s.Fill(scrub.Destroy, off, f.n, 0)
		case hidden && s.Found(scrub.Finding{Kind: scrub.Hidden, Place: place + f.place, Off: off, Len: f.n}):
			s.Fill(scrub.Destroy, off+int64(len(raw)), f.n-int64(len(raw)), 0)
			stays = stays || len(bytes.Trim(raw, " ")) > 0
		default:
			stays = true
		}
	}
	return stays, nil
}

// lyricFields are what of Lyrics3 v2 people read; IND says what there is.
var lyricFields = map[string]scrub.Kind{"LYR": scrub.Lyrics, "ETT": scrub.Title, "EAR": scrub.Title, "EAL": scrub.Title, "GRE": scrub.Title}

// cleanLyrics claims a Lyrics3 tag and tells whether any word of it stays.
func cleanLyrics(s *scrub.Scan, e entry) (stays bool, err error) {
	const begin, end = 11, 9
	off, stop := e.off+begin, e.end()-end
	if e.n > scrub.MaxPiece {
		return false, nil
	}
	b := s.Get(off, int(stop-off))
	s.Claim(e.off, begin, scrub.Structure, e.what)
	if e.what == "Lyrics3v1" {
		s.Claim(stop, end, scrub.Structure, e.what)
		return lyric(s, off, b, scrub.Lyrics, e.what), nil
	}
	b = b[:len(b)-6]
	s.Claim(stop-6, end+6, scrub.Structure, e.what)
	for len(b) > 0 {
		if len(b) < 8 {
			return false, nil
		}
		n, err := strconv.ParseUint(string(b[3:8]), 10, 32)
		id := string(b[:3])
		if err != nil || n > uint64(len(b)-8) {
			return false, nil
		}
		body, place := b[8:8+n], e.what+"/"+id
		s.Claim(off, 8, scrub.Structure, place)
		switch kind := lyricFields[id]; {
		case id == "IND" && n <= 4 && len(bytes.Trim(body, "01")) == 0, id == "XXX" && len(bytes.Trim(body, " ")) == 0:
			s.Claim(off+8, int64(n), scrub.Structure, place)
		default:
			stay := lyric(s, off+8, body, kind, place)
			if stays = stays || stay; !stay {
				s.Put(scrub.Repair, off, []byte("XXX"))
			}
		}
		b, off = b[8+n:], off+8+int64(n)
	}
	return stays, nil
}

// lyric claims a text of Lyrics3, which becomes spaces if it goes.
func lyric(s *scrub.Scan, off int64, b []byte, kind scrub.Kind, place string) (stays bool) {
	if len(bytes.Trim(b, " ")) == 0 {
		s.Claim(off, int64(len(b)), scrub.Filler, place)
		return false
	}
	found := scrub.Finding{Kind: kind, Role: scrub.Describe, Place: place, Off: off, Len: int64(len(b))}
	text, ok := words.Legacy(b)
	found.Value = text
	told := words.Stay([]byte(text), 32<<10)
	if !ok || told != "" || kind == "" {
		found.Role, found.Kind = scrub.Identify, scrub.Comment
		if told != "" && told != scrub.Unknown {
			found.Kind = told
		}
	}
	s.Claim(off, int64(len(b)), found.Role, place)
	if s.Found(found) {
		s.Fill(scrub.Destroy, off, int64(len(b)), ' ')
		return false
	}
	return true
}
