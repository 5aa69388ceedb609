package coded_test

import (
	"bytes"
	"reflect"
	"testing"

	"untag/scrub"
	"untag/scrub/coded"
)

func TestRegistered(t *testing.T) {
	for _, c := range []struct {
		name, message string
		want          coded.Verdict
	}{
		{"captions", "\xb5\x00\x31GA94\x03\xc1\xff\xfc\x94\x20\xff", coded.Verdict{Stays: true, Known: true, Free: true}},
		{"captions that are not valid", "\xb5\x00\x31GA94\x03\xc1\xff\xf8ab\xff", coded.Verdict{Stays: true, Known: true, Free: true, Clear: []int{11, 12}}},
		{"captions of another marker", "\xb5\x00\x31GA94\x03\xc1\xff\x04ab\xff", coded.Verdict{}},
		{"captions cut off", "\xb5\x00\x31GA94\x03\xc3\xff\xfc\x94\x20\xff", coded.Verdict{}},
		{"captions and more", "\xb5\x00\x31GA94\x03\xc0\xff\xffmore", coded.Verdict{}},
		{"captions of DirecTV", "\xb5\x00\x2f\x03\x05\xc1\xff\xf8ab", coded.Verdict{Stays: true, Known: true, Free: true, Clear: []int{8, 9}}},
		{"bars", "\xb5\x00\x31GA94\x06\xff\xc0\x10\x80\x10", coded.Verdict{}},
		{"two bars", "\xb5\x00\x31GA94\x06\xcf\xc0\x10\x80\x10\xff", coded.Verdict{Stays: true, Known: true}},
		{"active format", "\xb5\x00\x31DTG1\x41\xf8", coded.Verdict{Stays: true, Known: true}},
		{"active format and words", "\xb5\x00\x31DTG1\x41\xf8more", coded.Verdict{}},
		{"HDR10+ of nothing", "\xb5\x00\x3c\x00\x01\x04", coded.Verdict{}},
		{"another country", "\xb4\x00\x31GA94\x03\xc0\xff", coded.Verdict{}},
		{"LCEVC", "\xb4\x00\x50ab", coded.Verdict{Stays: true}},
		{"Dolby", "\xb5\x00\x3bab", coded.Verdict{}},
		{"nothing", "", coded.Verdict{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := coded.Registered([]byte(c.message), false); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
	if !coded.Registered([]byte("\xb5\x00\x3bab"), true).Stays {
		t.Error("Dolby Vision goes where it is announced")
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

func TestColours(t *testing.T) {
	grey, shades, web := []byte{}, []byte{}, []byte{}
	for i := range 256 {
		grey = append(grey, byte(i), byte(i), byte(i))
		shades = append(shades, byte(128-i/4), byte(122-i/3), byte(110-2*i/5))
	}
	for i := range 216 {
		web = append(web, byte(i/36*51), byte(i/6%6*51), byte(i%6*51))
	}
	for name, b := range map[string][]byte{"grey": grey, "shades": shades, "web": web} {
		if coded.Colours(b) {
			t.Errorf("%s: taken for words", name)
		}
		for _, text := range []string{"Tanja Beispiel", "52.5200,13.4050", "tanja@example.org", "UNUSED COLOURS", "2024:01:31 12:34:56", "+49 30 1234567", "4F2A99C0B17E3D5564"} {
			hidden := append(bytes.Clone(b[:300]), text...)
			if hidden = append(hidden, b[300:]...); !coded.Colours(hidden) {
				t.Errorf("%s: %q is not seen", name, text)
			}
		}
	}
}

// Among many numbers a name is seen.
func TestNumbers(t *testing.T) {
	b := make([]byte, 600)
	for i := range b {
		b[i] = byte(i*i>>3) % 16 * byte(i%2)
	}
	look := func() bool {
		text, err := coded.Numbers(scrub.Memory(b), 0, int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if look() {
		t.Error("numbers are taken for text")
	}
	if copy(b[300:], "Tanja Beispiel"); !look() {
		t.Error("a name is not seen")
	}
}
