package xiph

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
)

// Picture is a picture as FLAC holds it, RFC 9639 section 8.8.
type Picture struct {
	Kind        uint32
	MIME, Text  []byte
	Numbers     []byte // width, height, bits of a pixel, colours: four bytes each
	Data        []byte
	Head        int // length of all before Data
	textOff, no int
}

const (
	maxKind    = 20 // of picture: a publisher's logo
	maxText    = 64 // of what people write about a cover
	maxPicture = 16 << 20
)

// ParsePicture reads a picture that takes all of b, of which the last bytes may be
// missing if whole says how many there are.
func ParsePicture(b []byte, whole int64) (p Picture, ok bool) {
	at := 0
	take := func(n uint32) []byte {
		if int64(n) > int64(len(b)-at) {
			ok = false
			return nil
		}
		at += int(n)
		return b[at-int(n) : at : at]
	}
	num := func() uint32 {
		if v := take(4); v != nil {
			return binary.BigEndian.Uint32(v)
		}
		return 0
	}
	ok = true
	p.Kind = num()
	p.MIME = take(num())
	n := num()
	p.textOff = at
	p.Text = take(n)
	p.no = at
	p.Numbers = take(16)
	size := num()
	p.Head = at
	if !ok || int64(size) != whole-int64(at) || p.Kind > maxKind {
		return p, false
	}
	p.Data = b[at:]
	return p, true
}

// about is what programs write about covers. Others write names of files.
var about = pattern.New(`^[\pL ()-]*$`)

// Edits returns which bytes of a picture that stays are other ones: a text about it that
// may tell something, and numbers that no picture has, go. Offsets are from its start.
func (p *Picture) Edits() (all []scrub.Edit) {
	blank := func(off int, b []byte, fill byte) {
		if bytes.Count(b, []byte{fill}) < len(b) {
			all = append(all, scrub.Edit{Off: int64(off), Len: int64(len(b)), Data: bytes.Repeat([]byte{fill}, len(b))})
		}
	}
	if len(p.Text) > maxText || !about().Match(p.Text) {
		blank(p.textOff, p.Text, ' ')
	}
	n := func(i int) uint32 { return binary.BigEndian.Uint32(p.Numbers[4*i:]) }
	if n(0) > 1<<16 || n(1) > 1<<16 || n(2) > 64 || n(3) > 1<<16 {
		blank(p.no, p.Numbers, 0)
	}
	return all
}

// types are those that pictures may be said to have: other texts tell something else.
var types = []string{"", "image/", "image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/avif", "image/heic", "PNG", "JPG"}

// Said tells whether a picture is said to be one, and not the address of one.
func (p *Picture) Said() bool { return slices.Contains(types, string(bytes.TrimRight(p.MIME, "\x00"))) }

// picture judges a comment that holds a picture in base64, and returns the comment with
// the picture cleaned, nil if it goes.
func picture(s *scrub.Scan, name, value []byte, f scrub.Finding, at scrub.Range) []byte {
	f.Role, f.Value = scrub.Describe, ""
	if found(s, f, at) {
		return nil
	}
	gone := func() []byte {
		f.Role, f.Off, f.Len = scrub.Identify, at.Off, at.Len
		s.Gone(f)
		return nil
	}
	if len(value) > maxPicture {
		return gone()
	}
	b, err := base64.StdEncoding.DecodeString(string(value))
	if err != nil {
		return gone()
	}
	data, head := b, []byte(nil)
	if !strings.EqualFold(string(name), "COVERART=") {
		p, ok := ParsePicture(b, int64(len(b)))
		if !ok || !p.Said() {
			return gone()
		}
		for _, e := range p.Edits() {
			if found(s, scrub.Finding{Kind: scrub.Comment, Place: f.Place + "/description", Value: string(p.Text)}, at) {
				e.Onto(b, 0)
			}
		}
		head, data = b[:p.Head], p.Data
	}
	before := s.Point()
	clean, _, err := s.Decoded(data, at.Off, at.Len, f.Place)
	if err != nil || s.Doubted(before) {
		s.Reset(before)
		return gone()
	}
	return base64.StdEncoding.AppendEncode(bytes.Clone(name), slices.Concat(head, clean))
}
