package raw_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

const telling = "JANE DOE 5551234"

// join puts strings together, and numbers of 32 bits.
func join(order binary.AppendByteOrder, parts ...any) (b []byte) {
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = order.AppendUint32(b, uint32(p))
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func be(parts ...any) []byte { return join(binary.BigEndian, parts...) }
func le(parts ...any) []byte { return join(binary.LittleEndian, parts...) }

func boxOf(name string, parts ...any) []byte {
	b := be(parts...)
	return be(len(b)+8, name, b)
}

// noise is coded picture.
func noise(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7919>>3) | 0x80
	}
	return string(b)
}

var crx = "\xff\x01\x00\x08\x00\x00\x03\x20\x00\x00\x00\x00" + noise(800)

// film describes a CR3: samples of each track, and what else stands where.
type film struct {
	codecs                              []string
	samples                             []string
	ftyp, entry, handler, extra, behind string
	unnamed                             bool // tracks name no sample
}

func (f film) bytes() []byte {
	head := boxOf("ftyp", "crx \x00\x00\x00\x01crx isom", f.ftyp)
	moov := func(at int) []byte {
		parts := []any{boxOf("mvhd", make([]byte, 100))}
		for i, codec := range f.codecs {
			tables := []any{boxOf("stsz", 0, 0, 1, len(f.samples[i])), boxOf("co64", 0, 1, 0, at)}
			if at += len(f.samples[i]); f.unnamed {
				tables = []any{boxOf("stsz", 0, 0, 0), boxOf("co64", 0, 0)}
			}
			stbl := boxOf("stbl", append([]any{boxOf("stsd", 0, 1, boxOf(codec, "\x00\x00\x00\x00\x00\x00\x00\x01", f.entry)), boxOf("stsc", 0, 1, 1, 1, 1)}, tables...)...)
			parts = append(parts, boxOf("trak", boxOf("tkhd", make([]byte, 84)), boxOf("mdia", boxOf("mdhd", make([]byte, 24)), boxOf("hdlr", 0, 0, "vide", make([]byte, 12), f.handler), boxOf("minf", stbl))))
		}
		return boxOf("moov", append(parts, f.extra)...)
	}
	at := len(head) + len(moov(0)) + 8
	return be(head, moov(at), boxOf("mdat", strings.Join(f.samples, ""), f.behind))
}

func record(tag int, flags, body string) string {
	return string(le(12+len(body), string([]byte{byte(tag), byte(tag >> 8)}), flags, body))
}

const noFlags = "\x00\x00\x00\x01\xff\xff"

// What a film of Canon's holds beside its picture is not called clean.
func TestNothingHidesInCR3(t *testing.T) {
	one := func(change func(f *film)) film {
		f := film{codecs: []string{"CRAW"}, samples: []string{crx}}
		change(&f)
		return f
	}
	timed := func(records string) film {
		return film{codecs: []string{"CRAW", "CTMD"}, samples: []string{crx, records}}
	}
	text := strings.Repeat(telling, 4)
	for name, f := range map[string]film{
		"tracks without samples":  {codecs: []string{"CRAW", "CTMD"}, samples: []string{crx, telling}, unnamed: true},
		"no track":                {samples: []string{crx + telling}},
		"codec of another":        {codecs: []string{"CRAW", "WHAT"}, samples: []string{crx, noise(9) + telling}},
		"sample of no kind":       one(func(f *film) { f.samples[0] = noise(900) }),
		"behind the samples":      one(func(f *film) { f.behind = telling }),
		"behind the picture":      one(func(f *film) { f.samples[0] += text }),
		"brands":                  one(func(f *film) { f.ftyp = text }),
		"sample entry":            one(func(f *film) { f.entry = text }),
		"handler":                 one(func(f *film) { f.handler = telling }),
		"box of the compression":  one(func(f *film) { f.extra = string(boxOf("CCTP", text)) }),
		"version":                 one(func(f *film) { f.extra = string(boxOf("CNCV", telling)) }),
		"behind the times":        one(func(f *film) { f.extra = string(boxOf("tkhd", make([]byte, 20), telling)) }),
		"head of a preview":       one(func(f *film) { f.extra = string(boxOf("THMB", telling)) }),
		"where data lie":          one(func(f *film) { f.extra = string(boxOf("dref", 0, 1, boxOf("url ", 0, "http://example.org/"))) }),
		"flags of a record":       timed(record(3, "JANE D", "\x00\x00\x00\x00")),
		"flags":                   timed(record(3, noFlags, telling)),
		"focal length":            timed(record(4, noFlags, text)),
		"colour temperature":      timed(record(6, noFlags, text)),
		"longer than it should":   timed(record(4, noFlags, strings.Repeat("\x01", 65))),
		"time longer than it is":  timed(record(1, noFlags, noise(40))),
		"more tracks than noted":  {codecs: slices.Repeat([]string{"CRAW"}, 17), samples: slices.Repeat([]string{crx}, 17)},
		"more media than noted":   one(func(f *film) { f.behind = strings.Repeat("\x00\x00\x00\x09mdat1", 17) }),
		"colours of no length":    timed(record(8, noFlags, string(le(999, 0x927c, "II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")))),
		"colours of no number":    timed(record(8, noFlags, string(le(22, 0x927d, "II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")))),
		"colours under a new one": timed(record(0x108, noFlags, string(le(22, 0x927c, "II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")))),
	} {
		t.Run(name, func(t *testing.T) {
			data := f.bytes()
			p := plan(t, data)
			if p.Status() != scrub.Partly || p.Removes() != 0 {
				t.Errorf("%s, %q, %d go", p.Status(), p.Doubts, p.Removes())
			}
			if out := scrubtest.Perform(data, p); !bytes.Equal(out, data) {
				t.Error("it is another one afterwards")
			}
		})
	}
	if p := plan(t, timed(record(3, noFlags, "\xff\xff\xff\xff")+record(5, noFlags, "\x23\x00\x0a\x00")).bytes()); p.Status() != scrub.Clean {
		t.Errorf("a sound one is %s, %q", p.Status(), p.Doubts)
	}
}

// Padding goes only where a box follows it: its length may be that of what it is not.
func TestPaddingOfCR3(t *testing.T) {
	data := film{codecs: []string{"CRAW"}, samples: []string{crx}}.bytes()
	for name, c := range map[string]struct {
		behind []byte
		want   scrub.Status
	}{
		"a box":   {be(boxOf("free", telling), boxOf("skip", 0)), scrub.Dirty},
		"the end": {boxOf("free", telling), scrub.Dirty},
		"no box":  {be(boxOf("free", telling), noise(40)), scrub.Partly},
	} {
		bad := be(data, c.behind)
		p := plan(t, bad)
		if out := scrubtest.Perform(bad, p); p.Status() != c.want || bytes.Contains(out, []byte(telling)) != (c.want == scrub.Partly) {
			t.Errorf("before %s: %s, %q", name, p.Status(), p.Doubts)
		}
	}
}

// Tables that say much in few bytes cost neither time nor memory.
func TestTablesOfCR3AreBounded(t *testing.T) {
	track := boxOf("trak", boxOf("stsz", 0, 1, -1))
	offsets := boxOf("trak", boxOf("stsz", 0, 1, 16383), boxOf("stco", 0, 16383, bytes.Repeat([]byte{0, 0, 0, 1}, 16383)))
	for name, data := range map[string][]byte{
		"tracks": be(boxOf("ftyp", "crx \x00\x00\x00\x01"), boxOf("moov", bytes.Repeat(track, 20000)), boxOf("mdat", crx)),
		"media":  be(boxOf("ftyp", "crx \x00\x00\x00\x01"), boxOf("moov", offsets), bytes.Repeat(boxOf("mdat", "x"), 3000)),
	} {
		begun := time.Now()
		if p := plan(t, data); p.Status() != scrub.Partly || time.Since(begun) > 5*time.Second {
			t.Errorf("%s: %s after %s", name, p.Status(), time.Since(begun))
		}
	}
}
