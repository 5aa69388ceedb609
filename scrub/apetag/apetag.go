// Package apetag cleans the tags that follow sound of many formats: APEv1 and APEv2
// (wiki.hydrogenaud.io: APEv2 specification), Lyrics3 (id3.org: Lyrics3), ID3v1 with its
// enhancement, and ID3v2.4 with a footer.
//
// Start with [Find], which goes from the end of a medium backwards, and [Tail.Clean]. What
// nothing stays of is cut off. An item that goes from an APE tag that stays gets a name of
// X and a value of zeros.
package apetag

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/binary"
	"regexp"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

var rules = tags.ByID(table)

// Format is APE tags before a medium.
var Format = scrub.Format{
	Name:  "apetag",
	Title: "sound that is not known, behind an APE tag",
	Inner: true,
	Lead: func(b []byte, size int64) int64 {
		if len(b) < frameLen || string(b[:8]) != magic || le32(b, 20)&isHead == 0 || le32(b, 12) > size-frameLen {
			return 0
		}
		return frameLen + le32(b, 12)
	},
	Parse: func(s *scrub.Scan) error {
		if b := s.Get(0, int(min(s.Size(), 8))); string(b) != magic {
			s.Claim(0, s.Size(), scrub.Identify, "unread")
			s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "unread", Len: s.Size()})
			s.Doubt("what follows the tag is of no known format")
			return nil
		}
		p := s.Point()
		stays, err := cleanAPE(s, entry{what: "APE", n: s.Size()})
		if err == nil && !stays {
			s.Retract(p)
			blank(s, entry{what: "APE", n: s.Size()})
		}
		return err
	},
}

const (
	magic    = "APETAGEX"
	frameLen = 32       // of a header or footer
	hasHead  = 1 << 31  // flags of a tag
	isHead   = 1 << 29  //
	binaryIs = 1 << 1   // flags of an item: the value is no text
	maxItem  = 64 << 10 // longest text
	maxItems = 4096
)

func le32(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }

// item is one entry of a tag.
type item struct {
	off, key, value int64 // where it starts, and its name and value do
	n               int64 // length of the value
	flags           int64
	name            string
}

func (i item) end() int64 { return i.value + i.n }

// items reads the entries in [off, end); ok is false if they don't fill it.
func items(s *scrub.Scan, off, end int64) (all []item, ok bool) {
	for off < end {
		b := s.Get(off, int(min(end-off, 8+256)))
		if len(b) < 11 || len(all) == maxItems {
			return nil, false
		}
		n := int64(bytes.IndexByte(b[8:], 0))
		i := item{off: off, key: off + 8, value: off + 8 + n + 1, n: le32(b, 0), flags: le32(b, 4)}
		if n < 2 || i.n > end-i.value || bytes.ContainsFunc(b[8:8+n], func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, false
		}
		i.name = string(b[8 : 8+n])
		all, off = append(all, i), i.end()
	}
	return all, true
}

// cleanAPE claims a tag and tells whether anything of it stays.
func cleanAPE(s *scrub.Scan, e entry) (stays bool, err error) {
	head, foot, err := ends(s, e)
	if err != nil {
		return false, err
	}
	all, ok := items(s, e.off+head, e.off+e.n-foot)
	if !ok {
		return false, nil
	}
	for _, i := range all {
		stay, err := cleanItem(s, i, e.what+"/"+strings.ToLower(i.name))
		if err != nil {
			return false, err
		}
		stays = stays || stay
	}
	for _, at := range []int64{e.off, e.off + e.n - frameLen} {
		if at == e.off && head == 0 || at != e.off && foot == 0 {
			continue
		}
		b := s.Get(at, frameLen)
		flags := binary.LittleEndian.Uint32(b[20:]) & 0xe0000001
		want := append(binary.LittleEndian.AppendUint32([]byte(magic), uint32(min(2000, le32(b, 8)))), b[12:20]...)
		binary.LittleEndian.PutUint32(want[12:], uint32(e.n-head))
		want = append(binary.LittleEndian.AppendUint32(want, flags), make([]byte, 8)...)
		if s.Claim(at, frameLen, scrub.Structure, e.what); !bytes.Equal(b, want) {
			s.Put(scrub.Repair, at, want)
		}
	}
	return stays, nil
}

// ends returns the lengths of a tag's header and footer.
func ends(s *scrub.Scan, e entry) (head, foot int64, err error) {
	b := s.Get(e.off, 8)
	if string(b) == magic {
		head = frameLen
	}
	if b, err = s.Bytes(e.off+e.n-frameLen, 8); err == nil && string(b) == magic {
		foot = frameLen
	}
	return head, foot, err
}

// cleanItem claims an entry and tells whether it stays.
func cleanItem(s *scrub.Scan, i item, place string) (stays bool, err error) {
	zero := s.Zeros(i.value, i.n)
	blankName := bytes.Repeat([]byte{'X'}, len(i.name))
	if zero && i.name == string(blankName) && i.flags == 0 {
		s.Claim(i.off, i.value-i.off, scrub.Structure, place)
		s.Claim(i.value, i.n, scrub.Filler, place)
		return false, nil
	}
	rule, known := rules()[strings.ToLower(i.name)]
	found := scrub.Finding{Kind: scrub.Unknown, Place: place, Off: i.off, Len: i.end() - i.off}
	if known && rule.Kind != "" {
		found.Kind = rule.Kind
	}
	before := s.Point()
	s.Claim(i.off, i.value-i.off, scrub.Structure, place)
	role, err := judge(s, i, rule, &found)
	if err != nil {
		return false, err
	}
	if found.Role = role; role == 0 || role == scrub.Describe && s.Goes(role, found.Kind) {
		s.Reset(before)
	}
	switch {
	case role == scrub.Render:
		stays = true
	case role == 0 && known && rule.Fate != tags.Go: // in a form that can't stay
		found.Role = scrub.Identify
		s.Gone(found)
	default:
		stays = !s.Found(found)
	}
	if stays {
		if role == 0 {
			s.Claim(i.off, i.value-i.off, scrub.Structure, place)
		}
		if rule.Kind != scrub.Cover || role == 0 {
			s.Claim(i.value, i.n, cmp.Or(role, scrub.Identify), place)
		}
		return true, nil
	}
	s.Claim(i.off, i.value-i.off, scrub.Structure, place)
	s.Claim(i.value, i.n, scrub.Identify, place)
	s.Fill(scrub.Destroy, i.value, i.n, 0)
	s.Put(scrub.Repair, i.off+4, append(make([]byte, 4), blankName...)) // an empty text: FFmpeg calls what is binary a stream
	return false, nil
}

var (
	aNumber = pattern.New(`^[0-9/ .:+-]{0,24}$`)
	aYear   = pattern.New(`^[0-9]{4} *$`)
	aDate   = pattern.New(`^[0-9]{4}[-/. T]`)
	aGain   = pattern.New(`(?i)^ *[-+]?[0-9.,]{1,12} *(db|lufs)?$|^[-+0-9,NW]{1,24}$`)
)

// judge returns the role of an entry that may stay, 0 for none.
func judge(s *scrub.Scan, i item, rule tags.Tag, found *scrub.Finding) (scrub.Role, error) {
	if rule.Kind == scrub.Cover {
		return cover(s, i, found.Place)
	}
	b := s.Get(i.value, int(min(i.n, maxItem)))
	text, ok := words.Legacy(bytes.ReplaceAll(bytes.TrimRight(b, "\x00"), []byte{0}, []byte{'\n'}))
	if ok && i.flags&binaryIs == 0 {
		found.Value = text
	}
	if !ok || i.n >= maxItem || i.flags&binaryIs != 0 {
		return 0, nil
	}
	is := func(form func() *regexp.Regexp) bool { return form().MatchString(text) }
	switch {
	case rule.Fate == tags.Words:
		if told := words.Stay([]byte(text), maxItem); told != "" {
			found.Kind = told
			return 0, nil
		}
		return scrub.Describe, nil
	case rule.Fate != tags.Hand:
	case rule.Kind == "" && is(aGain):
		return scrub.Render, nil
	case rule.Most > 0 && is(aNumber), is(aYear):
		return scrub.Describe, nil
	case is(aDate):
		if s.Found(scrub.Finding{Kind: scrub.Time, Place: found.Place, Off: i.value, Len: i.n, Value: text}) {
			s.Fill(scrub.Destroy, i.value+4, i.n-4, ' ')
		}
		return scrub.Describe, nil
	}
	return 0, nil
}

// cover cleans a picture behind its name.
func cover(s *scrub.Scan, i item, place string) (scrub.Role, error) {
	name, _, ok := bytes.Cut(s.Get(i.value, int(min(i.n, 256))), []byte{0})
	if !ok || i.flags&binaryIs == 0 {
		return 0, nil
	}
	at := i.value + int64(len(name)) + 1
	if told := words.Stay(bytes.TrimSpace(name), 64); told != "" && s.Found(scrub.Finding{Kind: told, Place: place + "/name", Off: i.value, Len: at - i.value}) {
		s.Fill(scrub.Destroy, i.value, int64(len(name)), ' ')
	}
	s.Claim(i.value, at-i.value, scrub.Describe, place)
	err := s.MediumOf(scrub.Describe, scrub.Extents{{Off: at, Len: i.end() - at}}, place+"/picture")
	if scrub.Refusal(err) {
		return 0, nil
	}
	return scrub.Describe, err
}
