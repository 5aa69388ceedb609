// Package id3 cleans ID3v2 tags in place (id3.org: ID3v2.2, 2.3 and 2.4), wherever they
// stand: before a medium, in its middle, behind it, or in a chunk of it.
//
// The tag keeps its length, so that the sound stays where it is. Bodies of frames that go
// are filled with zeros first. Then, behind the last frame that stays, their headers
// become padding; before it they become a frame "XXXX", which nobody has a meaning for
// and every program skips: MPEG players, FFmpeg, TagLib, Mutagen and ExifTool were asked.
package id3

import (
	_ "embed"

	"untag/scrub"
	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

var rules = tags.ByID(table)

// Format is tags before a medium; a file in which nothing else is recognised is of it.
var Format = scrub.Format{
	Name:  "id3",
	Title: "sound that is not known, behind an ID3 tag",
	Inner: true,
	Lead: func(b []byte, size int64) int64 {
		h, ok := readHead(b)
		if !ok {
			return 0
		}
		return min(h.len(), size)
	},
	Parse: parse,
}

func parse(s *scrub.Scan) error {
	n := int64(0)
	if b, err := s.Bytes(0, int(min(headLen, s.Size()))); err != nil {
		return err
	} else if n = Len(b); n > 0 {
		if _, err := clean(s, 0, min(n, s.Size()), "ID3", n < s.Size()); err != nil {
			return err
		}
	}
	if off := min(n, s.Size()); off < s.Size() {
		end, err := s.CutMarks(off)
		if err != nil || end <= off {
			return err
		}
		s.Claim(off, end-off, scrub.Identify, "unread")
		s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "unread", Off: off, Len: end - off})
		s.Doubt("what follows the tag is of no known format")
	}
	return nil
}

const (
	headLen = 10
	footLen = 10
)

// Flags of a tag.
const (
	unsynchronised = 0x80
	extended       = 0x40 // in 2.2: compressed, in a way that was never defined
	footed         = 0x10
)

// head is the header of a tag.
type head struct {
	version, flags byte
	size           int64 // of what follows the header, without a footer
}

func (h head) len() int64 {
	if h.flags&footed != 0 && h.version == 4 {
		return headLen + h.size + footLen
	}
	return headLen + h.size
}

func readHead(b []byte) (head, bool) {
	if len(b) < headLen || string(b[:3]) != "ID3" && string(b[:3]) != "3DI" || b[3] < 2 || b[3] > 4 || b[4] == 0xff {
		return head{}, false
	}
	n, ok := synchsafe(b[6:10])
	return head{b[3], b[5], n}, ok
}

// Len returns the length of the tag that b starts with, header and footer included, or 0.
func Len(b []byte) int64 {
	if h, ok := readHead(b); ok && b[0] == 'I' {
		return h.len()
	}
	return 0
}

// LenBefore returns the length of the tag of which b, its last bytes, end with the
// footer, or 0.
func LenBefore(b []byte) int64 {
	if len(b) < footLen {
		return 0
	}
	h, ok := readHead(b[len(b)-footLen:])
	if !ok || b[len(b)-footLen] != '3' || h.version != 4 {
		return 0
	}
	return headLen + h.size + footLen
}

// synchsafe reads a number of seven bits a byte.
func synchsafe(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c&0x80 != 0 {
			return 0, false
		}
		n = n<<7 | int64(c)
	}
	return n, true
}

func plain(b []byte) (n int64) {
	for _, c := range b {
		n = n<<8 | int64(c)
	}
	return n
}
