package scrub

import (
	"bytes"
	"strings"
	"testing"
)

// A toy medium is "TOY", a number n, and n bytes of text before its picture.
func clumsy(edit func(*Scan)) *Engine {
	return NewEngine([]Format{{
		Name:  "toy",
		Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("TOY")) },
		Parse: func(s *Scan) error {
			h, err := s.Bytes(3, 1)
			if err != nil {
				return err
			}
			n := int64(h[0] - '0')
			s.Claim(0, 4, Structure, "head")
			s.Claim(4+n, s.Size()-4-n, Payload, "picture")
			text, err := s.Constant(4, n, 0)
			if err != nil {
				return err
			}
			if text {
				s.Claim(4, n, Structure, "text")
			} else {
				s.Claim(4, n, Identify, "text")
				s.Found(Finding{Kind: Unknown, Place: "text", Off: 4, Len: n})
				edit(s)
			}
			s.End(End{Off: s.Size()})
			return nil
		},
	}})
}

func TestRehearse(t *testing.T) {
	const medium = "TOY5texts" + "picture"
	for name, c := range map[string]struct {
		edit   func(*Scan)
		status Status
	}{
		"text is blanked":                   {func(s *Scan) { s.Fill(Destroy, 4, 5, 0) }, Dirty},
		"text stays":                        {func(s *Scan) { s.Put(Unlink, 4, []byte("stay!")) }, Dirty},
		"the picture would begin elsewhere": {func(s *Scan) { s.Put(Repair, 3, []byte("7")) }, Unsupported},
		"the head would be no head":         {func(s *Scan) { s.Put(Repair, 3, []byte("!")) }, Unsupported},
		"one phase mends the other":         {func(s *Scan) { s.Put(Unlink, 3, []byte("7")); s.Put(Destroy, 3, []byte("5")); s.Fill(Destroy, 4, 5, 0) }, Dirty},
	} {
		p, err := clumsy(c.edit).Rehearse(strings.NewReader(medium), int64(len(medium)), Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if p.Status() != c.status {
			t.Errorf("%s: %s, %q", name, p.Status(), p.Refused)
		}
		if p.Status() == Dirty && p.Read != int64(len(medium)) { // once
			t.Errorf("%s: %d bytes read of %d", name, p.Read, len(medium))
		}
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if p.Status() == Unsupported && (len(p.Edits) > 0 || p.End != p.Size) {
			t.Errorf("%s: refused with %d edits", name, len(p.Edits))
		}
	}
}

// What is read is what performing the edits would leave, wherever it is read.
func TestStaged(t *testing.T) {
	src := []byte(strings.Repeat("0123456789", 10))
	edits := []Edit{{5, 10, nil, 'x', Unlink, nil}, {40, 3, []byte("abc"), 0, Unlink, nil}, {12, 20, nil, 'y', Destroy, nil}, {41, 1, nil, 'z', Repair, nil}, {99, 1, []byte("!"), 0, Repair, nil}}
	want := []byte("01234xxxxxxx" + strings.Repeat("y", 20) + "23456789azc" + strings.Repeat("3456789012", 6)[:56] + "!")
	s := newStaged(bytes.NewReader(src), edits)
	for off := range len(src) {
		for n := 1; n <= len(src)-off; n++ {
			b := make([]byte, n)
			if _, err := s.ReadAt(b, int64(off)); err != nil || !bytes.Equal(b, want[off:off+n]) {
				t.Fatalf("%d bytes at %d: %q, %v, want %q", n, off, b, err, want[off:off+n])
			}
		}
	}
}
