package scrub

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"
)

// What lies in another medium in another form is cleaned, reported where the form lies,
// and handed back to be brought into it again.
func TestDecoded(t *testing.T) {
	in := func(s *Scan) error {
		s.Claim(0, 2, Structure, "magic")
		s.Claim(2, s.Size()-2, Identify, "words")
		if s.Found(Finding{Kind: Comment, Place: "words", Off: 2, Len: s.Size() - 2}) {
			s.Fill(Destroy, 2, s.Size()-2, '-')
			s.Put(Repair, 2, []byte("+"))
		}
		return nil
	}
	e := engineOf(func(s *Scan) error {
		b, err := s.Bytes(4, 10)
		if err != nil {
			return err
		}
		data, err := hex.DecodeString(string(b))
		if err != nil {
			return err
		}
		clean, changed, err := s.Decoded(data, 4, 10, "cover")
		if err != nil {
			return err
		}
		if !changed {
			t.Error("nothing changed")
		}
		s.Claim(0, 4, Structure, "head")
		s.Claim(4, 10, Describe, "cover")
		s.Put(Repair, 4, []byte(hex.EncodeToString(clean)))
		return nil
	}, in)
	p := planOf(t, e, "head"+hex.EncodeToString([]byte("INabc")))
	if len(p.Findings) != 1 || p.Findings[0].Place != "cover/words" || p.Findings[0].Off != 4 || p.Findings[0].Len != 10 || !p.Findings[0].Goes {
		t.Errorf("findings %+v", p.Findings)
	}
	if got := string(p.Edits[0].Data); got != hex.EncodeToString([]byte("IN+--")) {
		t.Errorf("%s", got)
	}
}

func TestDecodedRefuses(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		if _, _, err := s.Decoded([]byte("INx"), 0, 1, "cover"); !Refusal(err) || !strings.Contains(err.Error(), "broken") {
			t.Error(err)
		}
		s.Claim(0, s.Size(), Payload, "all")
		return nil
	}, func(s *Scan) error {
		s.Found(Finding{Kind: Comment})
		s.Doubt("half")
		return s.Errorf(0, "broken")
	})
	if p := planOf(t, e, "x"); len(p.Findings) > 0 || len(p.Doubts) > 0 {
		t.Errorf("%+v %q", p.Findings, p.Doubts)
	}
}

// A medium in another form is written anew only as what it is to be, to the last byte; of two
// such media, both.
func TestPackedIsWhatItWasToBe(t *testing.T) {
	mirror := func(b []byte) ([]byte, error) { b = bytes.Clone(b); slices.Reverse(b); return b, nil }
	text := func(s *Scan) error { // "IN", a letter, and three of a comment
		s.Claim(0, 3, Structure, "text")
		return s.Blank(3, 3, ' ', Comment, "words")
	}
	const medium = "head" + "cbaxNI" + "fedyNI"
	for what, c := range map[string]struct {
		pack   func([]byte) ([]byte, error)
		status Status
	}{
		"right":        {mirror, Dirty},
		"another text": {func(b []byte) ([]byte, error) { b[2] = '-'; return mirror(b) }, Unsupported},
		"no change":    {func(b []byte) ([]byte, error) { return []byte("cba" + string(b[2]) + "NI"), nil }, Unsupported},
		"it can't":     {func(b []byte) ([]byte, error) { return nil, io.ErrShortWrite }, Partly},
	} {
		e := engineOf(func(s *Scan) (err error) {
			s.Claim(0, 4, Structure, "head")
			for off := int64(4); off < s.Size() && err == nil; off += 6 {
				b, _ := mirror(s.Get(off, 6))
				err = s.Packed(b, off, 6, "text", "it stays", c.pack)
			}
			return err
		}, text)
		p, err := e.Rehearse(strings.NewReader(medium), int64(len(medium)), Options{})
		if err != nil || p.Status() != c.status {
			t.Errorf("%s: %v, %s %s %q", what, err, p.Status(), p.Refused, p.Doubts)
		}
		if c.status != Dirty {
			continue
		}
		for medium, same := range map[string]bool{"head   xNI   yNI": true, "head   xNI   zNI": false, "head   zNI   yNI": false, "head   yNI": false} {
			if q := planOf(t, e, medium); q.Status() != Clean || p.RewrittenBy(q) != same {
				t.Errorf("%q: %s, passes for it: %v", medium, q.Status(), !same)
			}
		}
	}
}
