package elementary_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/elementary"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine(elementary.Formats)

func plan(t *testing.T, data []byte, opt scrub.Options) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, opt)
}

const (
	message  = "\x00\x00\x00\x01\x06\x05\x18\x17\xee\x8c\x60\xf8\x4d\x11\xd9\x8c\xd6\x08\x00\x20\x0c\x9a\x66MDPM\x01\x18\x02\x20\x80"
	sequence = "\x00\x00\x01\xb3\x01\x00\x10\x13\xff\xff\xe0\x18"
	group    = "\x00\x00\x01\xb8\x00\x08\x00\x40"
	picture  = "\x00\x00\x01\x00\x00\x0f\xff\xf8\x00\x00\x01\x01\x0a\xbb\xcc\xdd"
	units    = "\x12\x00\x0a\x0d\x20\x00\x00\x03\x37\xfb\xe6\xd7\xc9\x01\x0d\x00\x20"
)

func TestFilms(t *testing.T) {
	h264 := string(samples.Get("h264/plain").Data)
	first := strings.Index(h264, "\x00\x00\x00\x01\x65")
	for _, c := range []struct {
		name, format, data, goes, doubt string
	}{
		{"a message", "h264", h264[:first] + message + h264[first:], "MDPM", ""},
		{"user data", "mpeg-video", sequence + group + "\x00\x00\x01\xb2SECRET of a camera" + picture + group + picture, "SECRET", ""},
		{"a time of day", "mpeg-video", sequence + "\x00\x00\x01\xb8\x45\x6b\x80\x40" + picture, "\x45\x6b\x80\x40", ""},
		{"user data of MPEG-4", "mpeg-video", "\x00\x00\x01\xb0\x01\x00\x00\x01\xb5\x09\x00\x00\x01\xb2SECRET of a camera\x00\x00\x01\xb6\x10\x60\x51\x82", "SECRET", ""},
		{"metadata of AV1", "av1", units + "\x2a\x09\x04\xb5\x12\x34SECR\x80\x32\x04\x10\x11\x12\x13", "SECR", ""},
		{"text behind the last picture", "mpeg-video", sequence + group + picture + "SN7741XKOWNR\x00", "", "ends with text"},
		{"AV1 that is cut short", "av1", units + "\x32\x7f\x10", "", "cut short"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := plan(t, []byte(c.data), scrub.Options{})
			if p.Format != c.format || !strings.Contains(strings.Join(p.Doubts, ""), c.doubt) || c.doubt == "" && len(p.Doubts) > 0 || p.Refused != "" {
				t.Errorf("%s %s %q %s", p.Format, p.Status(), p.Doubts, p.Refused)
			}
			if c.goes != "" && bytes.Contains(after, []byte(c.goes)) || len(after) != len(c.data) {
				t.Errorf("%q", after)
			}
			if again, _ := plan(t, after, scrub.Options{}); len(again.Edits) > 0 {
				t.Error("a second run changes it")
			}
		})
	}
}

// Times that count from 1970 tell when a film was recorded.
func TestTimesSinceADate(t *testing.T) {
	data := samples.Get("ivf/plain").Data
	binary.LittleEndian.PutUint64(data[36:], 1706723681*10) // ten ticks a second
	if p, _ := plan(t, data, scrub.Options{}); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), "when they were recorded") {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// How large pictures are, and how many ticks a second has, is no word and no number of a device.
func TestTicksThatSayAWord(t *testing.T) {
	data := samples.Get("ivf/plain").Data
	for at, said := range map[int]string{12: "7741", 16: "JaneDoe!", 20: "0042"} {
		other := bytes.Clone(data)
		copy(other[at:], said)
		if p, _ := plan(t, other, scrub.Options{}); !strings.Contains(strings.Join(p.Doubts, ""), "can't have") {
			t.Errorf("%s: %s %q", said, p.Status(), p.Doubts)
		}
	}
}

// A long film is looked into in parts, and where not all of it is, its start says whether
// more has to be.
func TestLong(t *testing.T) {
	one := samples.Get("h264/plain").Data
	long := bytes.Repeat(one, 6<<20/len(one))
	for _, depth := range []scrub.Depth{scrub.DepthIndex, scrub.DepthDeep} {
		if p, _ := plan(t, long, scrub.Options{Depth: depth}); p.Status() != scrub.Clean || p.Shallow != (depth == scrub.DepthIndex) {
			t.Errorf("%s: %s %q", depth, p.Status(), p.Doubts)
		}
	}
	early, late := len(one)*(2<<20/len(one)), len(one)*(5<<20/len(one))
	long = bytes.Join([][]byte{long[:early], []byte(message), long[early:late], []byte(message), long[late:]}, nil)
	for _, depth := range []scrub.Depth{scrub.DepthIndex, scrub.DepthDeep} {
		if _, after := plan(t, long, scrub.Options{Depth: depth}); bytes.Contains(after, []byte("MDPM")) {
			t.Errorf("%s: a message stays", depth)
		}
	}
}

func TestIVF(t *testing.T) {
	film := samples.Get("ivf/plain").Data
	at := func(off int, value ...byte) []byte {
		data := bytes.Clone(film)
		copy(data[off:], value)
		return data
	}
	for _, c := range []struct {
		doubt string
		data  []byte
	}{
		{"than are counted", at(24, 0xff, 0xff, 0xff, 0xff)},
		{"than are counted", film[:len(film)-100]},
		{"nobody knows", at(8, 'Q', 'Q', 'Q', 'Q')},
		{"when they were recorded", at(36, binary.LittleEndian.AppendUint64(nil, 1924948800000)...)},
	} {
		if p, _ := plan(t, c.data, scrub.Options{}); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), c.doubt) || p.End != p.Size {
			t.Errorf("%s: %s %q", c.doubt, p.Status(), p.Doubts)
		}
	}
	if p, _ := plan(t, at(6, 31), scrub.Options{}); !strings.Contains(p.Refused, "another length than 32") {
		t.Error(p.Refused)
	}
}

func FuzzElementary(f *testing.F) {
	seeds := [][]byte{[]byte(sequence + group + picture + message), []byte(units)}
	for _, s := range samples.All() {
		if s.Format == "h264" || s.Format == "ivf" {
			seeds = append(seeds, s.Data)
		}
	}
	scrubtest.Fuzz(f, engine, seeds...)
}
