package box

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"untag/scrub"
)

// scan has do read data as the one medium that there is.
func scan(t *testing.T, data string, do func(*Walk) error) *scrub.Plan {
	t.Helper()
	f := scrub.Format{Name: "toy", Sniff: func([]byte, int64) bool { return true }, Parse: func(s *scrub.Scan) error {
		return Parse(s, &Grammar{Vital: []string{"moov", "trak"}, Siblings: []string{"trak"}, Apart: []string{"trak"}}, do)
	}}
	p, err := scrub.NewEngine([]scrub.Format{f}).Plan(bytes.NewReader([]byte(data)), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRead(t *testing.T) {
	for data, want := range map[string]string{
		"\x00\x00\x00\x0afreexx":                                   "free 8+2, 10",
		"\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x11x":    "mdat 16+1, 17",
		"\x00\x00\x00\x09\xa9nam1":                                 "©nam 8+1, 9",
		"\x00\x00\x00\x00mdat":                                     "8 bytes are left", // a zero word ends a container
		"\x00\x00\x00\x0bfreexx":                                   `box "free" says 11 bytes, 10 are left`,
		"\x00\x00\x00\x07free":                                     `box "free" says 7 bytes, 8 are left`,
		"\x00\x00\x00\x01mdat\x00\x00":                             `box "mdat" needs 16 bytes of header, 10 are left`,
		"\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff":     `box "mdat" says 18446744073709551615 bytes, 16 are left`,
		"\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x0fxxxx": `box "mdat" says 15 bytes, 20 are left`,
	} {
		var got []string
		scan(t, data, func(w *Walk) error {
			rest, err := Each(w.Scan, 0, w.Size(), func(b Box) error {
				got = append(got, fmt.Sprintf("%s %d+%d, %d", b.Name(), b.Head, b.Size(), b.End()))
				return nil
			})
			if err != nil || rest < w.Size() {
				got = append(got, fmt.Sprint(err, w.Size()-rest, " bytes are left"))
			}
			return nil
		})
		if s := strings.Join(got, "; "); !strings.Contains(s, want) {
			t.Errorf("%q: %s, want %s", data, s, want)
		}
	}
}

// TestDrop has boxes go only if no medium may need them.
func TestDrop(t *testing.T) {
	for data, want := range map[string]scrub.Status{
		"\x00\x00\x00\x0cABCDwhat":                                 scrub.Dirty,
		"\x00\x00\x00\x0cmoovwhat":                                 scrub.Partly,
		"\x00\x00\x00\x0cmonvwhat":                                 scrub.Partly, // one bit from moov
		"\x00\x00\x00\x0c\x01BCDwhat":                              scrub.Partly,
		"\x00\x00\x00\x14ABCDwhat\x00\x00\x00\x08trak":             scrub.Partly,
		"\x00\x00\x00\x0cfreewhat":                                 scrub.Dirty,
		"\x00\x00\x00\x14free\x00\x00\x00\x00\x00\x00\x00\x08trak": scrub.Partly,
	} {
		p := scan(t, data, func(w *Walk) error {
			_, err := w.Children(0, w.Size(), func(b Box) error { return w.Other(b, b.Name()) })
			return err
		})
		if p.Status() != want {
			t.Errorf("%q: %s, want %s", data, p.Status(), want)
		}
	}
}

func TestFields(t *testing.T) {
	f := NewFields([]byte("\x01\x00\x00\x05\xf0teltoo"))
	f.Full(1)
	if f.Bad || f.Bytes() != 4 || f.Plain[3] != 0 {
		t.Errorf("%+v", f)
	}
	if n := f.UpTo(4, 15); n != 15 || f.Bad {
		t.Error(n, f.Bad)
	}
	f.Take(4)
	f.Word("tel|telt")
	if f.Bad {
		t.Error("telt is one of the words")
	}
	if f.Signed(64, Small); !f.Bad || f.Bytes() != 17 {
		t.Error("what lies behind the end reads as zeros, and At tells so", f.Bytes())
	}
}
