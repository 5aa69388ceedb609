package photoshop

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"untag/scrub"
)

type memory []byte

func (m memory) Size() int64 { return int64(len(m)) }

func (m memory) Bytes(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > int64(len(m)) || n > len(m)-int(off) {
		return nil, io.ErrUnexpectedEOF
	}
	return bytes.Clone(m[off : off+int64(n)]), nil
}

// res is an image resource, set a dataset of record 2.
func res(id uint16, name, data string) string {
	b := binary.BigEndian.AppendUint16([]byte("8BIM"), id)
	b = append(append(b, byte(len(name))), name...)
	if len(name)%2 == 0 {
		b = append(b, 0)
	}
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(data))), data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return string(b)
}

func set(number byte, data string) string {
	return string(binary.BigEndian.AppendUint16([]byte{0x1C, 2, number}, uint16(len(data)))) + data
}

func report(t *testing.T, data string) map[string]scrub.Finding {
	t.Helper()
	got := map[string]scrub.Finding{}
	if err := Report(memory(data), "P", func(f scrub.Finding) { got[f.Place+"="+f.Value] = f }); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestReport(t *testing.T) {
	iptc := set(80, "Jane Doe") + set(90, "Vienna") + set(40, "FBMD01000a9a") + set(103, "GuAAlink") + set(0, "\x00\x02") + set(55, "20240102")
	got := report(t, res(0x0404, "", iptc)+res(0x040C, "odd", strings.Repeat("t", 33))+res(0x03ED, "", "0123456789ABCDEF")+res(0x043E, "", "/home/jane"))
	for want, kind := range map[string]scrub.Kind{
		"P/IPTC/By-line=Jane Doe":                       scrub.Person,
		"P/IPTC/City=Vienna":                            scrub.Place,
		"P/IPTC/FBMD=FBMD01000a9a":                      scrub.Mark,
		"P/IPTC/OriginalTransmissionReference=GuAAlink": scrub.ID,
		"P/IPTC/DateCreated=20240102":                   scrub.Time,
		"P/IPTC=1 other datasets":                       scrub.Unknown,
		"P/Thumbnail=33 bytes":                          scrub.Thumbnail,
		"P/AutoSaveFilePath=10 bytes":                   scrub.Person,
		"P=1 other resources":                           scrub.Unknown,
	} {
		if f, ok := got[want]; !ok || f.Kind != kind {
			t.Errorf("%s is %+v; found %v", want, f, got)
		}
	}
}

// What does not parse is still told of.
func TestBroken(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"nothing of the kind", "what is this", "P=0 other resources"},
		{"cut off", res(0x0404, "", set(80, "Jane"))[:14], "P=0 other resources"},
		{"size past the end", "8BIM\x04\x04\x00\x00\xff\xff\xff\xff", "P=0 other resources"},
		{"datasets that are none", res(0x0404, "", "junk!"), "P/IPTC=0 other datasets"},
		{"dataset past the end", res(0x0404, "", "\x1c\x02\x50\x00\x50Jane"), "P/IPTC=1 other datasets"},
		{"extended dataset", res(0x0404, "", "\x1c\x02\x50\x80\x04\x00\x00\x00\x01J"), "P/IPTC=1 other datasets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report(t, c.data); len(got) != 1 || got[c.want].Kind != scrub.Unknown {
				t.Errorf("found %v", got)
			}
		})
	}
}

type failing struct{ memory }

func (failing) Bytes(int64, int) ([]byte, error) { return nil, errors.New("bad sector") }

func TestReadingFails(t *testing.T) {
	err := Report(failing{memory(strings.Repeat("x", 20))}, "P", func(scrub.Finding) {})
	if err == nil || err.Error() != "bad sector" {
		t.Errorf("%v, not the error of reading", err)
	}
}

func FuzzReport(f *testing.F) {
	f.Add([]byte(res(0x0404, "name", set(80, "Jane")+set(90, "Vienna")) + res(0x040C, "", "thumb")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := Report(memory(data), "P", func(scrub.Finding) {}); err != nil {
			t.Error(err)
		}
	})
}
