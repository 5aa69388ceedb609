package mpegts_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/mpegts"
	"untag/scrub/scrubtest"
)

func plan(t *testing.T, data []byte, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Each row of the table has a source, and no two are of the same place and name.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range mpegts.Tags() {
		if row.Source == "" || row.Meaning == "" || seen[row.Place+row.ID] {
			t.Errorf("%+v", row)
		}
		seen[row.Place+row.ID] = true
	}
}

func TestWhatIsFound(t *testing.T) {
	for _, c := range []struct {
		sample string
		want   []string // kind and place of what goes
	}{
		{"plain", nil},
		{"sound", nil},
		{"broadcast", []string{"id PID 0x0011", "place PID 0x0010", "time PID 0x0012", "time PID 0x0014", "time PID 0x0102", "unknown PID 0x0100/descriptor"}},
		{"camcorder", []string{"makernote PID 0x0101/frame", "unknown PID 0x001f/descriptor"}},
		{"positions", []string{"telemetry PID 0x0102", "telemetry PID 0x0300", "unknown PID 0x0100/descriptor"}},
		{"private", []string{"unknown PID 0x0102", "unknown PID 0x0100/stream"}},
		{"teletext", []string{"time PID 0x0102/frame"}},
		{"hiding", []string{"hidden null", "hidden PID 0x0000/stuffing", "unknown PID 0x0100/section", "unknown packets/private", "unknown packets/header", "hidden packets/header", "hidden packets/stuffing"}},
	} {
		t.Run(c.sample, func(t *testing.T) {
			found := map[string]bool{}
			for _, f := range plan(t, samples.Get("mpeg-ts/"+c.sample).Data, scrub.Options{}).Findings {
				found[string(f.Kind)+" "+f.Place] = true
			}
			for _, w := range c.want {
				if !found[w] {
					t.Errorf("%s is not found among %v", w, found)
				}
				delete(found, w)
			}
			if len(found) > 0 && c.want == nil {
				t.Errorf("found %v", found)
			}
		})
	}
}

// split cuts a stream into its packets.
func split(data []byte) (out [][]byte) {
	for ; len(data) > 0; data = data[188:] {
		out = append(out, bytes.Clone(data[:188]))
	}
	return out
}

func pidOf(p []byte) int { return int(p[1]&31)<<8 | int(p[2]) }

// Text where sound, pictures or subtitles are announced is told, and so are clocks that are none.
func TestWords(t *testing.T) {
	for _, name := range []string{"text-for-sound", "text-for-pictures", "text-for-subtitles"} {
		if p := plan(t, samples.Get("mpeg-ts/"+name).Data, scrub.Options{}); p.Status() != scrub.Partly {
			t.Errorf("%s: %s", name, p.Status())
		}
	}
	for field, want := range map[string]scrub.Status{
		"\x18CANARYSN7741":             scrub.Partly,
		"\x10\x00\x00\x12\x34\x7e\x12": scrub.Clean,
		"\x01\x0b\xffSN7741XKOW":       scrub.Dirty,
		"\x01\x03\x9f\x80\x12":         scrub.Clean,
		"\x01\x0b\x1fSN7741XKOW":       scrub.Dirty,
	} {
		added := []byte("\x47\x01\x01\x20\xb7" + field + strings.Repeat("\xff", 183-len(field)))
		data := change("plain", func(i int, p []byte) []byte {
			if i == 2 {
				added[1], added[2], added[3] = p[1]&0x1f, p[2], 0x20|p[3]&15
				return append(bytes.Clone(added), p...)
			}
			return p
		})
		p := plan(t, data, scrub.Options{})
		if after := scrubtest.Perform(data, p); p.Status() != want || want == scrub.Dirty && bytes.Contains(after, []byte("SN7741")) {
			t.Errorf("%q: %s %q", field, p.Status(), p.Doubts)
		}
	}
}

// change returns a sample whose packets a function has changed, or left out.
func change(name string, do func(i int, p []byte) []byte) []byte {
	var out []byte
	for i, p := range split(samples.Get("mpeg-ts/" + name).Data) {
		out = append(out, do(i, p)...)
	}
	return out
}

// What tables don't tell of stays where the tables are not whole, where it is picture or
// sound, and where it is no more than a damaged number.
func TestUndeclaredStays(t *testing.T) {
	for _, c := range []struct {
		name  string
		data  []byte
		doubt string
	}{
		{"no association", change("positions", func(_ int, p []byte) []byte {
			if pidOf(p) == 0 {
				return nil
			}
			return p
		}), "no table tells of"},
		{"a map that is damaged", change("positions", func(_ int, p []byte) []byte {
			if pidOf(p) == 0x100 {
				p[20] ^= 1
			}
			return p
		}), "no table tells of"},
		{"pictures of another number", change("plain", func(_ int, p []byte) []byte {
			if pidOf(p) == 0x101 {
				p[2] ^= 0x80
			}
			return p
		}), "no table tells of"},
		{"one packet of another number", change("plain", func(i int, p []byte) []byte {
			if i == 5 {
				p[1] ^= 2
			}
			return p
		}), "no table tells of"},
		{"the map as a null packet", change("plain", func(_ int, p []byte) []byte {
			if pidOf(p) == 0x100 {
				p[1], p[2] = 0x5f, 0xff
			}
			return p
		}), "no place"},
		{"encrypted", change("plain", func(_ int, p []byte) []byte {
			if pidOf(p) == 0x101 {
				p[3] |= 0x80
			}
			return p
		}), "encrypted"},
		{"marked as damaged", change("plain", func(_ int, p []byte) []byte {
			if pidOf(p) == 0x101 {
				p[1] |= 0x80
			}
			return p
		}), "damaged"},
		{"a packet that lost its sync byte", change("plain", func(i int, p []byte) []byte {
			if i == 7 {
				p[0] = 0
			}
			return p
		}), "not where they have to be"},
		{"bytes between packets", change("plain", func(i int, p []byte) []byte {
			if i == 7 {
				return append([]byte("the owner"), p...)
			}
			return p
		}), "not where they have to be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plan(t, c.data, scrub.Options{})
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) {
				t.Errorf("%s, doubts %q", p.Status(), p.Doubts)
			}
			for _, e := range p.Edits {
				if pid := pidOf(c.data[e.Off/188*188:]); pid == 0x101 || pid == 0x181 || pid == 0x300 {
					t.Errorf("edit of %d bytes at %#x, in PID %#x", e.Len, e.Off, pid)
				}
			}
		})
	}
}

// A map that spans packets, and a copy of it that a write has torn.
func TestTornMap(t *testing.T) {
	data := samples.Get("mpeg-ts/private").Data
	p := plan(t, data, scrub.Options{})
	clean := scrubtest.Perform(data, p)
	for _, e := range p.Edits {
		if e.Phase != scrub.Repair {
			continue
		}
		torn := bytes.Clone(clean)
		copy(torn[e.Off+20:e.End()], data[e.Off+20:e.End()])
		again := plan(t, torn, scrub.Options{})
		if got := scrubtest.Perform(torn, again); len(again.Doubts) > 0 || !bytes.Equal(got, clean) {
			t.Errorf("torn at %#x: %s %q", e.Off+20, again.Status(), again.Doubts)
		}
	}
}

// What follows the last packet goes if it is no packet.
func TestTail(t *testing.T) {
	data := samples.Get("mpeg-ts/plain").Data
	for _, c := range []struct {
		tail string
		end  int
	}{
		{string(samples.RedStarTrailer("8295FF513293A")), 0},
		{"the owner of the film", 0},
		{string(data[:100]), 100},
		{string(data[:2]), 2},
		{"\x00" + string(data[1:188]), 188},
	} {
		p := plan(t, append(bytes.Clone(data), c.tail...), scrub.Options{})
		if got := int(p.End) - len(data); got != c.end {
			t.Errorf("%q: %d bytes of %d stay, %q", c.tail, got, len(c.tail), p.Doubts)
		}
	}
}

// Where not all is looked at, what is found at one place is looked for everywhere.
func TestLongStream(t *testing.T) {
	plainOne, told := samples.Get("mpeg-ts/plain").Data, samples.Get("mpeg-ts/broadcast").Data
	n := (40<<20)/len(plainOne) + 1
	index := scrub.Options{Depth: scrub.DepthIndex}
	long := bytes.Repeat(plainOne, n)
	if p := plan(t, long, index); p.Status() != scrub.Clean || !p.Shallow || p.Read > 32<<20 {
		t.Errorf("%s, shallow %v, %d bytes read, %q", p.Status(), p.Shallow, p.Read, p.Doubts)
	}
	copy(long[len(long)/2/188*188:], told[:188])
	p := plan(t, append(told[:188:188], long...), index)
	if p.Status() != scrub.Dirty || len(p.Edits) != 2 {
		t.Errorf("%s with %d edits, %q", p.Status(), len(p.Edits), p.Doubts)
	}
}

func FuzzTransport(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("mpeg-ts")...)
}

// A broadcast has a null packet behind each that is none, and they hold something: one edit
// is made of them, with a bit for each.
func TestScatteredNulls(t *testing.T) {
	const packet = 188
	plain := samples.Get("mpeg-ts/plain").Data
	null := append([]byte{0x47, 0x1f, 0xff, 0x10}, bytes.Repeat([]byte("SECRET.."), 23)...)
	var data, want []byte
	for i := 0; i+packet <= len(plain); i += packet {
		data = append(append(data, plain[i:i+packet]...), null...)
		want = append(append(append(want, plain[i:i+packet]...), null[:4]...), bytes.Repeat([]byte{0xff}, packet-4)...)
	}
	p, after := scrubtest.Clean(t, formats.Engine(), data, scrub.Options{})
	if p.Status() != scrub.Dirty || len(p.Edits) > 16 || len(p.Map) > len(plain)/packet || !bytes.Equal(after, want) {
		t.Errorf("%s %q, %d spans, %d edits", p.Status(), p.Doubts, len(p.Map), len(p.Edits))
	}
	for _, x := range [][]byte{data, after} { // with a time before each packet, as on Blu-ray
		var timed []byte
		for i := 0; i < len(x); i += packet {
			timed = append(append(timed, 0, 1, 2, byte(i/packet)), x[i:i+packet]...)
		}
		q, cleaned := scrubtest.Clean(t, formats.Engine(), timed, scrub.Options{})
		if bytes.Contains(cleaned, []byte("SECRET")) || q.Check() != nil || len(q.Edits) > 16 {
			t.Errorf("%s %q %v, %d edits", q.Status(), q.Doubts, q.Check(), len(q.Edits))
		}
	}
}
