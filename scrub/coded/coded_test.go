package coded_test

import (
	"bytes"
	"testing"

	"untag/scrub"
	"untag/scrub/coded"
)

func TestShown(t *testing.T) {
	for _, c := range []struct {
		name, message string
		want          bool
	}{
		{"captions", "\xb5\x00\x31GA94\x03", true},
		{"HDR10+", "\xb5\x00\x3c\x00\x01\x04", true},
		{"HDR10+ cut off", "\xb5\x00\x3c\x00\x01", false},
		{"another country", "\xb4\x00\x31GA94\x03", false},
		{"nothing", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := coded.Shown([]byte(c.message)); got != c.want {
				t.Errorf("%t", got)
			}
		})
	}
	if got := coded.Registrant([]byte{0xb5}); got != "t.35 b5" {
		t.Errorf("registrant %q", got)
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{"serial 7\x00x": "serial 7", "abc": "", "\x00abcd": "", "tab\there": ""} {
		if got := coded.Text([]byte(in)); got != want {
			t.Errorf("%q reads %q, want %q", in, got, want)
		}
	}
}

// The medium is "head", a piece that can go, one that can't, filler, and "tail".
func engine() *scrub.Engine {
	return scrub.NewEngine([]scrub.Format{{
		Name:  "toy",
		Sniff: func([]byte, int64) bool { return true },
		Parse: func(s *scrub.Scan) error {
			coded.Report(s, 0, s.Size(), "frame", []coded.Piece{
				{Off: 4, Len: 4, Kind: scrub.Software, Edits: []scrub.Edit{
					{Off: 4, Len: 1, Data: []byte{3}, Phase: scrub.Unlink}, {Off: 5, Len: 3, Fill: 0xff, Phase: scrub.Destroy}}},
				{Off: 8, Len: 4, Kind: scrub.Time, Value: "a time that can't be removed"},
				{Off: 12, Len: 2},
			})
			return nil
		},
	}})
}

func TestReport(t *testing.T) {
	data := []byte("headsofttimeFFtail")
	for _, c := range []struct {
		name   string
		keep   []scrub.Kind
		edits  int
		doubts int
	}{
		{"all goes", nil, 2, 1},
		{"software stays", []scrub.Kind{scrub.Software}, 0, 1},
		{"time stays", []scrub.Kind{scrub.Time}, 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Policy: scrub.Policy{Keep: c.keep}})
			if err != nil || len(p.Edits) != c.edits || len(p.Doubts) != c.doubts || p.Refused != "" {
				t.Fatalf("%v: %d edits, doubts %q, %s", err, len(p.Edits), p.Doubts, p.Refused)
			}
			roles := ""
			for _, s := range p.Map {
				roles += s.Role.String() + " "
			}
			if want := "payload identify structure payload "; roles != want {
				t.Errorf("the map is %s, want %s", roles, want)
			}
		})
	}
}
