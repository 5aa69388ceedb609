package scrub

import (
	"encoding/hex"
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
