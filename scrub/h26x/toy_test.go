package h26x_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

// The tests hold frames to the laws inside a container that has nothing but
// frames: "h26x", the codec, the length size, 'f' for frames or 'c' for records,
// and then each with its length in four bytes.
var engine = scrub.NewEngine([]scrub.Format{{
	Name:  "toy",
	Sniff: func(head []byte, size int64) bool { return strings.HasPrefix(string(head), "h26x") },
	Parse: parse,
}})

const toyHead = 7

func toy(codec h26x.Codec, lengthSize int, kind byte, frames ...[]byte) []byte {
	b := append([]byte("h26x"), byte(codec), byte(lengthSize), kind)
	for _, f := range frames {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

func parse(s *scrub.Scan) error {
	head, err := s.Bytes(0, toyHead)
	if err != nil {
		return err
	}
	s.Claim(0, toyHead, scrub.Structure, "head")
	video := &h26x.Video{Codec: h26x.Codec(head[4]), LengthSize: int(head[5])}
	for at := int64(toyHead); at < s.Size(); {
		b, err := s.Bytes(at, 4)
		if err != nil {
			return err
		}
		n := int64(binary.BigEndian.Uint32(b))
		if n > s.Left(at+4) {
			return s.Errorf(at, "frame of %d bytes", n)
		}
		s.Claim(at, 4, scrub.Structure, "length")
		at += 4
		var pieces []h26x.Piece
		if head[6] != 'f' {
			pieces, err = video.Config(s.Reader, at, n, head[6] == 'l')
		} else {
			pieces, err = video.Frame(s.Reader, at, n)
		}
		if f := (*scrub.FormatError)(nil); errors.As(err, &f) {
			s.Doubt("%v", err)
		} else if err != nil {
			return err
		}
		coded.Report(s, at, n, "frame", pieces)
		at += n
	}
	return nil
}

// perform plans and performs, and holds the medium to all laws on the way.
func perform(t *testing.T, data []byte, sound bool) (*scrub.Plan, []byte) {
	t.Helper()
	h := scrubtest.Harness{Engine: engine, Sound: sound, Streams: true, States: 60, Variants: 15}
	p := h.Laws(t, t.Name(), data)
	if p == nil {
		t.FailNow()
	}
	return p, scrubtest.Perform(data, p)
}

// frame joins NAL units, each behind its length in four bytes.
func frame(units ...[]byte) (b []byte) {
	for _, u := range units {
		b = binary.BigEndian.AppendUint32(b, uint32(len(u)))
		b = append(b, u...)
	}
	return b
}

// msg writes a message of the given type: type and size as FF bytes and a rest.
func msg(typ int, body []byte) []byte {
	var b []byte
	for ; typ >= 255; typ -= 255 {
		b = append(b, 0xff)
	}
	b = append(b, byte(typ))
	n := len(body)
	for ; n >= 255; n -= 255 {
		b = append(b, 0xff)
	}
	b = append(b, byte(n))
	return append(b, body...)
}

// escape writes what prevents the emulation of start codes.
func escape(payload []byte) (b []byte) {
	zeros := 0
	for _, c := range payload {
		if zeros >= 2 && c <= 3 {
			b = append(b, 3)
			zeros = 0
		}
		b = append(b, c)
		zeros++
		if c != 0 {
			zeros = 0
		}
	}
	return b
}

// seiUnit is an SEI NAL unit of the codec with messages.
func seiUnit(codec h26x.Codec, messages ...[]byte) []byte {
	head := map[h26x.Codec][]byte{h26x.AVC: {6}, h26x.HEVC: {39 << 1, 1}, h26x.VVC: {0, 23<<3 | 1}}[codec]
	var b []byte
	for _, m := range messages {
		b = append(b, m...)
	}
	return append(append([]byte{}, head...), escape(append(b, 0x80))...)
}

// sliceUnit stands for a slice: its content is of no concern here.
func sliceUnit(codec h26x.Codec) []byte {
	head := map[h26x.Codec][]byte{h26x.AVC: {0x65}, h26x.HEVC: {19 << 1, 1}, h26x.VVC: {0, 7<<3 | 1}}[codec]
	return append(append([]byte{}, head...), 0x88, 0x84, 0x00, 0x33, 0xff)
}

// read decodes the messages of an SEI unit as a decoder does, independently of
// the package.
func read(t *testing.T, codec h26x.Codec, unit []byte) (types []int, bodies [][]byte) {
	t.Helper()
	var p []byte
	zeros := 0
	for _, c := range unit[map[h26x.Codec]int{h26x.AVC: 1, h26x.HEVC: 2, h26x.VVC: 2}[codec]:] {
		if zeros >= 2 && c < 3 {
			t.Fatalf("start code emulated in % x", unit)
		}
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		p = append(p, c)
		zeros++
		if c != 0 {
			zeros = 0
		}
	}
	for len(p) > 1 {
		typ, n := 0, 0
		for ; p[0] == 0xff; p = p[1:] {
			typ += 255
		}
		typ += int(p[0])
		for p = p[1:]; p[0] == 0xff; p = p[1:] {
			n += 255
		}
		n += int(p[0])
		if n > len(p)-2 {
			t.Fatalf("message of type %d and %d bytes, %d are left in % x", typ, n, len(p)-2, unit)
		}
		types, bodies = append(types, typ), append(bodies, p[1:1+n])
		p = p[1+n:]
	}
	if len(p) != 1 || p[0] != 0x80 {
		t.Fatalf("trailing bits % x in % x", p, unit)
	}
	return types, bodies
}
