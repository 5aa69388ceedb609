package jpeg

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// entropy builds a picture around given coded data, which is not looked into.
func codedData(data string) []byte {
	const arithmetic = 0xC9
	pic := encode(8, 8)
	pic[bytes.Index(pic, []byte{0xFF, sof0})+1] = arithmetic
	scan := bytes.Index(pic, []byte{0xFF, sos})
	return append(pic[:scan+2+12:scan+2+12], data+"\xff\xd9"...)
}

// The coded data ends at a marker and nowhere else.
func TestScanEnds(t *testing.T) {
	long := strings.Repeat("coded data ", scanBuffer/11+1)
	ff := strings.Repeat("\xff", 2*scanBuffer)
	for _, c := range []struct {
		name, data string
		fill       int // fill bytes between data and EOI
	}{
		{"plain", "abc", 0},
		{"stuffed", "a\xff\x00\xff\x00b", 0},
		{"restarts", "a\xff\xd0b\xff\xd7c", 0},
		{"EOI behind a zero", "a\xff\x00\xd9b", 0},
		{"fill before a restart", "a\xff\xff\xd0b", 0},
		{"fill before stuffing", "a\xff\xff\x00b", 0},
		{"fill before EOI", "a\xff\xff", 2},
		{"longer than the buffer", long, 0},
		{"FF at the end of the buffer", long[:scanBuffer-1] + "\xff\x00rest", 0},
		{"restart across the buffer", long[:scanBuffer-1] + "\xff\xd3rest", 0},
		{"more fill than the buffer", "a" + ff, len(ff)},
		{"more fill than the buffer and a restart", "a" + ff + "\xd1b", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := codedData(c.data)
			p := plan(t, data)
			if st := p.Status(); st != scrub.Clean {
				t.Fatalf("%s: %s %q %+v", st, p.Refused, p.Doubts, p.Findings)
			}
			var got int64
			for _, s := range p.Map {
				if s.Role == scrub.Payload {
					got += s.Len
				}
			}
			if want := int64(len(c.data) - c.fill); got != want {
				t.Errorf("%d bytes of payload, not %d", got, want)
			}
		})
	}
}

// A proof steps over scans that the plan before found.
func TestKnown(t *testing.T) {
	data := append(with(codedData(strings.Repeat("coded ", 1<<18)), seg(com, secret)), "tail"...)
	first := plan(t, data)
	result := scrubtest.Perform(data, first)
	again, err := engine().Plan(bytes.NewReader(result), int64(len(result)), scrub.Options{Known: first.Map})
	if err != nil {
		t.Fatal(err)
	}
	if again.Status() != scrub.Clean || again.Read > 64<<10 {
		t.Errorf("%s after reading %d bytes", again.Status(), again.Read)
	}
}

func TestGiant(t *testing.T) {
	const size = 1 << 30
	head := encode(16, 16)
	head = head[:len(head)-2]
	if p := scrubtest.Giant(t, engine(), "scan without end", scrubtest.Sparse{Head: head, Fill: 'a'}, size, scrub.Options{}, time.Minute); p.Status() != scrub.Partly {
		t.Errorf("called %s", p.Status())
	}
}

func BenchmarkScan(b *testing.B) {
	// Coded data has an FF about every 200 bytes.
	data := codedData(strings.Repeat(strings.Repeat("0123456789", 20)+"\xff\x00", 100_000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
