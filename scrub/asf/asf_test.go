package asf_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/asf"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{asf.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

func change(data []byte, at int, value ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[at:], value)
	return data
}

// number is the offset of a field behind some bytes of the film.
func number(t *testing.T, data []byte, after string, skip int) int {
	t.Helper()
	i := bytes.Index(data, []byte(after))
	if i < 0 {
		t.Fatalf("%x is not there", after)
	}
	return i + len(after) + skip
}

const (
	dataID    = "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	fileID    = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
	streamID  = "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
	paddingID = "\x74\xd4\x06\x18\xdf\xca\x09\x45\xa4\xba\x9a\xab\xcb\x96\xaa\xe8"
)

// What contradicts itself costs no packet, and what has a name goes all the same.
func TestInDoubt(t *testing.T) {
	words := samples.Get("asf/words").Data
	packets := bytes.Clone(samples.Get("asf/packets").Data)
	for _, c := range []struct {
		name  string
		data  []byte
		doubt string
	}{
		{"cut short", words[:len(words)-2000], "cut short"},
		{"fewer packets than are counted", change(words, number(t, words, fileID, 8+32), 200), "the counts of packets differ"},
		{"packets of no length", change(words, number(t, words, fileID, 8+72), 0, 0, 0, 0), "how long packets are"},
		{"packets of several lengths", change(words, number(t, words, fileID, 8+68), 1), "how long packets are"},
		{"data of another name", change(words, number(t, words, dataID, -1), 0x6d), "there are no packets"},
		{"a stream without a name", change(packets, number(t, packets, streamID, -1), 0), ""},
		{"a stream of another number", change(packets, number(t, packets, streamID, 8+48), 3), "does not tell of"},
		{"a packet that is none", change(words, number(t, words, dataID, 8+16+8+2), 0xff), "packets can't be read"},
		{"another film behind it", append(bytes.Clone(words), words...), "another"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := plan(t, c.data)
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			from := bytes.Index(c.data, []byte{0x82, 0, 0, 0x11})
			if to := from + 3*1500; c.name != "a packet that is none" && bytes.Contains(c.data, words[:30]) && !bytes.Contains(after, c.data[from:to][:1448]) {
				t.Error("packets are gone")
			}
			if c.name != "another film behind it" && bytes.Contains(after, []byte("u\x00n\x00i\x00q\x00u\x00e")) {
				t.Error("an identifier stays")
			}
			if c.name == "cut short" && bytes.Contains(after, []byte("m\x00a\x00k\x00e\x00r")) {
				t.Error("the maker of the recorder stays")
			}
		})
	}
}

// A film that is encrypted tells where its licence is bought: that stays, and is said.
// Eight letters fit into none of the numbers of objects.
func TestNumbers(t *testing.T) {
	const extensionID, indexID = "\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11\x8e\xe3\x00\xc0\x0c\x20\x53\x65", "\x90\x08\x00\x33\xb1\xe5\xcf\x11\x89\xf4\x00\xa0\xc9\x03\x49\xcb"
	data := samples.Get("asf/pictures").Data
	if p, _ := plan(t, data); p.Status() == scrub.Partly {
		t.Fatalf("%q", p.Doubts)
	}
	for id, span := range map[string][2]int{fileID: {8 + 16, 8 + 80}, extensionID: {8, 26}, streamID: {8 + 32, 8 + 40}, indexID: {8 + 16, 8 + 38}} {
		at := number(t, data, id, 0)
		for off := at + span[0]; off+8 <= at+span[1]; off += 4 {
			p, after := plan(t, change(data, off, []byte("7X9QSN12")...))
			if len(p.Doubts) == 0 && bytes.Contains(after, []byte("7X9QSN12")) {
				t.Errorf("%x+%d: %s", id, off-at, p.Status())
			}
		}
	}
}

func TestEncrypted(t *testing.T) {
	data := samples.Get("asf/objects").Data
	at := number(t, data, paddingID, -16)
	data = change(data, at, []byte("\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e")...)
	p, after := plan(t, data)
	if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), "encrypted") || !bytes.Contains(after, data[at:at+30]) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// Counts that nothing bears out cost no time and no memory.
func TestCounts(t *testing.T) {
	data := samples.Get("asf/objects").Data
	for _, id := range []string{"\x40\x52\xd1\x86\x1d\x31\xd0\x11\xa3\xa4\x00\xa0\xc9\x03\x48\xf6", "\x01\xcd\x87\xf4\x51\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"} {
		many := change(data, number(t, data, id, 8+16), binary.LittleEndian.AppendUint32(nil, 0xffffffff)...)
		if p, after := plan(t, many); p.Status() != scrub.Dirty || bytes.Contains(after, []byte("c\x00o\x00d\x00e\x00c\x00")) {
			t.Errorf("%s %q", p.Status(), p.Doubts)
		}
	}
}

func FuzzASF(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("asf")...)
}

// The number of an error correction has no room for words.
func TestErrorCorrection(t *testing.T) {
	for _, s := range samples.Of("asf")[:1] {
		at := number(t, s, streamID, 8+16)
		if p, _ := plan(t, change(s, at, []byte("Jane Doe, 47.37N")...)); !strings.Contains(strings.Join(p.Doubts, " "), "error correction") {
			t.Errorf("%s %q", p.Status(), p.Doubts)
		}
	}
}
