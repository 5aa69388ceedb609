// Package elementary cleans coded video without a container: what NAL units, OBUs and
// start codes hold besides pictures. IVF, which is no more than such video and the length
// of each frame, is here, too.
//
// Nothing in it tells where it ends: what follows stays, unless it is a mark that proves
// itself.
package elementary

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/sniff"
)

// sequence is a sequence header of MPEG-1 or MPEG-2 without matrices (ISO/IEC 13818-2, 6.2.2.1).
var sequence = "\x00\x00\x01\xb3" + sniff.Skip(8)

// Formats are video without a container, and IVF.
var Formats = []scrub.Format{
	{Name: "mpeg-video", Title: "MPEG-1, MPEG-2, MPEG-4 or VC-1 video without a container", Extensions: []string{"m1v", "m2v", "mpv", "vc1"}, Parse: mpeg,
		Sniff: sniff.Like(sequence+"\x00\x00\x01", sequence+sniff.Skip(64)+"\x00\x00\x01", sequence+sniff.Skip(128)+"\x00\x00\x01", "\x00\x00\x01\xb0?\x00\x00\x01\xb5", "\x00\x00\x01\x00\x00\x00\x01\x20", "\x00\x00\x01\x0f")},
	{Name: "h264", Title: "H.264 video without a container", Extensions: []string{"h264", "264", "avc"}, Parse: units(codec.H264), Sniff: sniff.AnnexB(`[\x27\x47\x67]`, `[\x28\x48\x68]`)},
	{Name: "hevc", Title: "HEVC video without a container", Extensions: []string{"h265", "265", "hevc"}, Parse: units(codec.H265), Sniff: sniff.AnnexB(`\x40\x01`, `\x42\x01`, `\x44\x01`)},
	{Name: "vvc", Title: "VVC video without a container", Extensions: []string{"h266", "266", "vvc"}, Parse: units(codec.H266), Sniff: sniff.AnnexB(`\x00\x79`, `\x00[^\x00-\x7f]`)},
	{Name: "av1", Title: "AV1 video without a container", Extensions: []string{"obu"}, Sniff: sniff.Like("\x12\x00\x0a"), Parse: obus},
	{Name: "ivf", Title: "IVF film", Extensions: []string{"ivf"}, Sniff: sniff.Like("DKIF\x00\x00"), Parse: ivf},
}

// run is how much of a film is looked into at a time, at least, and probed how much where
// not all is.
const (
	run    = 1 << 20
	probed = 4 << 20
	word   = 10 // bytes of text at the end of a film: one of twenty thousand ends so by itself
)

// units returns a parser for video of NAL units behind start codes.
func units(kind codec.Kind) func(*scrub.Scan) error {
	return func(s *scrub.Scan) error {
		return parts(s, kind, func([]byte) bool { return true })
	}
}

// mpeg cleans video of MPEG, by groups of pictures.
func mpeg(s *scrub.Scan) error {
	b := s.Get(0, 4)
	kind := codec.MPEG12
	switch b[3] {
	case 0x00, 0xb0:
		kind = codec.MPEG4
	case 0x0f:
		kind = codec.Plain
	}
	heads := map[codec.Kind]string{codec.MPEG12: "\xb3\xb8", codec.MPEG4: "\xb0\xb3"}[kind] // of sequences and groups of pictures
	return parts(s, kind, func(b []byte) bool { return heads == "" || strings.IndexByte(heads, b[3]) >= 0 })
}

// parts looks into a film in parts that end before a start code which may begin another.
func parts(s *scrub.Scan, kind codec.Kind, begins func(code []byte) bool) error {
	all := s.Deep()
	end, err := ending(s, kind)
	if err != nil {
		return err
	}
	look, st, w := codec.Look{S: s}, codec.Stream{Kind: kind}, window{s: s, end: end}
	pictures, told := int64(0), false
	for off := int64(0); off < end; {
		next, n, err := w.part(off, kind, begins)
		if err != nil {
			return err
		}
		if !all && off >= probed && !told {
			s.Claim(off, end-off, scrub.Payload, "video")
			return nil
		}
		tells, err := look.Frame(&st, off, next-off, pictures, "video")
		if err != nil {
			return err
		}
		off, pictures, told = next, pictures+n, told || tells && (off > 0 || st.Timed)
	}
	return nil
}

// picture tells whether a start code with that byte begins coded picture.
func picture(kind codec.Kind, code byte) bool {
	switch kind {
	case codec.MPEG12:
		return code >= 1 && code <= 0xaf
	case codec.MPEG4:
		return code == 0xb6
	case codec.H264:
		return code&31 >= 1 && code&31 <= 5
	case codec.H265:
		return code>>1&63 < 32
	}
	return kind == codec.Plain
}

// ending returns where a film ends: before marks that prove themselves, and zeros.
func ending(s *scrub.Scan, kind codec.Kind) (int64, error) {
	end, err := s.CutMarks(0)
	if err != nil {
		return end, err
	}
	b := s.Get(max(0, end-run), int(min(end, run)))
	zeros := int64(len(b) - len(bytes.TrimRight(b, "\x00")))
	s.Claim(end-zeros, zeros, scrub.Filler, "zeros")
	b = b[:len(b)-int(zeros)]
	if i := bytes.LastIndex(b, []byte{0, 0, 1}); i >= 0 && len(b)-i > overlap+word && picture(kind, b[i+overlap]) && coded.Tells(b[len(b)-word:], word) {
		s.Doubt("the film ends with text, which nothing tells from the last picture")
	}
	return end - zeros, nil
}

// window is the piece of a film that was read last: groups of pictures are far shorter.
type window struct {
	s   *scrub.Scan
	end int64 // of the film
	off int64
	b   []byte
}

// overlap is how much of a start code, and what says of which kind it is, may lie at the end
// of a window.
const overlap = 3

// from returns what follows off, more than an overlap unless the film ends.
func (w *window) from(off int64) (b []byte, err error) {
	if at := off - w.off; at >= 0 && at+overlap < int64(len(w.b)) {
		return w.b[at:], nil
	}
	w.off = off
	w.b, err = w.s.Bytes(off, int(min(w.end-off, run)))
	return w.b, err
}

// part returns where the part at off ends, and how many pictures it has. That of MPEG is
// a group of them, others are as long as a run.
func (w *window) part(off int64, kind codec.Kind, begins func(code []byte) bool) (next, pictures int64, err error) {
	at, end := off, w.end
	for at < end {
		b, err := w.from(at)
		if err != nil {
			return end, 0, err
		}
		for i := 0; ; {
			k := bytes.Index(b[i:], []byte{0, 0, 1})
			if k < 0 || i+k+4 > len(b) {
				break
			}
			i += k
			here := at + int64(i)
			if here > off && begins(b[i:i+4]) && (kind == codec.MPEG12 || kind == codec.MPEG4 || here-off >= run) {
				return here, pictures, nil
			}
			if b[i+3] == 0 && kind == codec.MPEG12 || b[i+3] == 0xb6 && kind == codec.MPEG4 {
				pictures++
			}
			i += overlap
		}
		if at+int64(len(b)) == end {
			break
		}
		at += int64(len(b) - overlap)
	}
	return end, pictures, nil
}

// obus cleans AV1 by temporal units, which begin with a delimiter (5.5 and 5.6 of its
// specification).
func obus(s *scrub.Scan) error {
	end, err := s.CutMarks(0)
	if err != nil {
		return err
	}
	look, st := codec.Look{S: s}, codec.Stream{Kind: codec.AV1}
	all, from, no := s.Deep(), int64(0), int64(0)
	for off := int64(0); off < end; {
		b := s.Get(off, int(min(end-off, 12)))
		const sized, extended = 0x02, 0x04
		at, n := 1, uint64(0)
		if b[0]&extended != 0 {
			at++
		}
		for shift := 0; at < len(b) && shift < 56; shift, at = shift+7, at+1 {
			if n |= uint64(b[at]&0x7f) << shift; b[at] < 0x80 {
				at++
				break
			}
		}
		if b[0]&0x80 != 0 || b[0]&sized == 0 || n > uint64(end-off) || int64(n) > end-off-int64(at) {
			s.Doubt("the film was not finished, or is cut short")
			s.Claim(off, end-off, scrub.Payload, "video")
			end = off
			break
		}
		if off += int64(at) + int64(n); off < end {
			if s.Get(off, 1)[0]>>3 != 2 {
				continue
			}
		}
		if !all && from >= probed {
			s.Claim(from, off-from, scrub.Payload, "video")
		} else if tells, err := look.Frame(&st, from, off-from, no, "video"); err != nil {
			return err
		} else {
			all = all || tells && no > 0
		}
		from, no = off, no+1
	}
	s.Claim(from, end-from, scrub.Payload, "video")
	return nil
}
