package ogg

import (
	"bytes"
	"encoding/binary"
)

// codec is how a kind of stream begins.
type codec struct {
	name    string
	magic   string // with which its first packet begins
	head    int    // length of that
	version int    // where a text of 20 bytes in it names the program, 0 for nowhere
	headers int    // packets before the first that is payload
	comment string // with which the packet of comments begins, the second one
	framed  bool   // a bit behind the comments has to be set
	tail    bool   // their packet may be longer

	shift uint    // of the number of a key frame in the times of Theora
	tick  float64 // of the times of video and subtitles, in seconds; 0 where they aren't known
}

// codecs are those whose headers are known, by the specifications of Xiph, RFC 7845,
// RFC 5334, and for OGM by what ogmtools write.
var codecs = []codec{
	{name: "vorbis", magic: "\x01vorbis", head: 30, headers: 3, comment: "\x03vorbis", framed: true},
	{name: "opus", magic: "OpusHead", headers: 2, comment: "OpusTags", tail: true},
	{name: "speex", magic: "Speex   ", head: 80, version: 8, headers: 2},
	{name: "celt", magic: "CELT    ", head: 60, version: 8, headers: 2},
	{name: "theora", magic: "\x80theora", head: 42, headers: 3, comment: "\x81theora"},
	{name: "daala", magic: "\x80daala", headers: 3, comment: "\x81daala"},
	{name: "kate", magic: "\x80kate\x00\x00\x00", head: 64, comment: "\x81kate\x00\x00\x00\x00"},
	{name: "vp8", magic: "OVP80\x01", head: 26, headers: 2, comment: "OVP80\x02 "},
	{name: "flac", magic: "\x7fFLAC\x01", head: 51},
	{name: "skeleton", magic: "fishead\x00", headers: 1 << 16},
	{name: "ogm video", magic: "\x01video\x00\x00\x00", headers: 2, comment: "\x03vorbis", framed: true},
	{name: "ogm sound", magic: "\x01audio\x00\x00\x00", headers: 2, comment: "\x03vorbis", framed: true},
	{name: "ogm text", magic: "\x01text\x00\x00\x00\x00", headers: 2, comment: "\x03vorbis", framed: true},
	{name: "dirac", magic: "BBCD", headers: 1},
}

// opusHead is how long the first packet of Opus is that has one stream.
const opusHead = 19

// unknown is a codec that nobody looks into.
var unknown = codec{name: "unknown", headers: 1}

// identify returns the codec of a stream by its first packet.
func identify(b []byte) codec {
	for _, c := range codecs {
		if !bytes.HasPrefix(b, []byte(c.magic)) {
			continue
		}
		switch {
		case c.name == "kate" && len(b) > 11:
			if c.headers = int(b[11]); len(b) >= 32 {
				c.tick = float64(binary.LittleEndian.Uint32(b[28:])) / float64(max(1, binary.LittleEndian.Uint32(b[24:])))
			}
		case c.name == "ogm text" && len(b) >= 33:
			const second = 1e7
			c.tick = float64(binary.LittleEndian.Uint64(b[17:])) / second / float64(max(1, binary.LittleEndian.Uint64(b[25:])))
		case c.name == "flac" && len(b) > 8:
			c.headers = 1 + int(binary.BigEndian.Uint16(b[7:]))
			if c.headers == 1 { // not known
				c.headers = 1 << 16
			}
		case c.name == "opus" && len(b) > 18:
			if c.head = opusHead; b[18] != 0 {
				c.head = 21 + int(b[9])
			}
		case c.name == "theora" && len(b) >= c.head:
			c.shift = uint(binary.BigEndian.Uint16(b[40:]) >> 5 & 31)
			c.tick = float64(binary.BigEndian.Uint32(b[26:])) / float64(max(1, binary.BigEndian.Uint32(b[22:])))
		case c.version > 0 && len(b) >= c.head:
			c.headers += int(min(16, binary.LittleEndian.Uint32(b[extra[c.name]:])))
		}
		return c
	}
	return unknown
}

// extra is where Speex and CELT have the number of further headers.
var extra = map[string]int{"speex": 68, "celt": 56}

// isHeader tells whether the packet that begins with b, and has a number in its stream,
// is a header.
func (c *codec) isHeader(i int, b []byte) bool {
	switch {
	case i == 0 || c.name == "skeleton":
		return true
	case i >= c.headers || len(b) == 0:
		return false
	case c.name == "flac":
		return b[0]&0x7f != 0x7f
	case i == 1 && c.comment != "":
		return bytes.HasPrefix(b, []byte(c.comment))
	case c.name == "vorbis":
		return b[0]&1 == 1
	case c.name == "theora" || c.name == "daala" || c.name == "kate":
		return b[0]&0x80 != 0
	}
	return true
}
