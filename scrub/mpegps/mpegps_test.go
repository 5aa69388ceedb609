package mpegps_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
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

func TestWhatIsFound(t *testing.T) {
	for _, c := range []struct {
		sample string
		want   []string // kind and place of what goes
	}{
		{"mpeg-ps/plain", nil},
		{"mpeg-ps/time-codes", []string{"time stream 0xe0/frame", "unknown stream 0xe0/frame"}},
		{"mpeg-ps/camcorder", []string{"telemetry stream 0xbf", "telemetry stream 0xfc", "telemetry stream 0xbd"}},
		{"mpeg-ps/hiding", []string{"hidden pack/stuffing", "hidden system/stuffing", "hidden padding", "unknown packets/header", "hidden packets/header"}},
		{"mpeg-ps/dvd", []string{"id navigation/isrc", "hidden navigation/buttons", "hidden navigation/reserved"}},
		{"mpeg-ps/map", []string{"unknown map"}},
		{"vcd/plain", nil},
		{"vcd/words", []string{"time stream 0xe0/frame", "unknown stream 0xe0/frame", "hidden sectors/gap", "hidden padding"}},
	} {
		t.Run(c.sample, func(t *testing.T) {
			found := map[string]bool{}
			for _, f := range plan(t, samples.Get(c.sample).Data, scrub.Options{}).Findings {
				found[string(f.Kind)+" "+f.Place] = true
			}
			for _, w := range c.want {
				if !found[w] {
					t.Errorf("%s is not found among %v", w, found)
				}
			}
			if len(found) > 0 && c.want == nil {
				t.Errorf("found %v", found)
			}
		})
	}
}

// Packets whose number or length is damaged stay.
func TestDamagedPackets(t *testing.T) {
	plainOne, dvd := samples.Get("mpeg-ps/plain").Data, samples.Get("mpeg-ps/dvd").Data
	video := bytes.Index(plainOne, []byte("\x00\x00\x01\xe0"))
	system := bytes.Index(plainOne, []byte("\x00\x00\x01\xbb"))
	sound := bytes.LastIndex(dvd, []byte("\x00\x00\x01\xbd"))
	change := func(data []byte, at int, b ...byte) []byte {
		data = bytes.Clone(data)
		copy(data[at:], b)
		return data
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"pictures as data", change(plainOne, video+3, 0xf0)},
		{"pictures as padding", change(plainOne, video+3, 0xbe)},
		{"sound as navigation", change(dvd, sound+3, 0xbf)},
		{"padding as long as all that follows", change(plainOne, video+3, 0xbe, 0, 201)},
		{"stuffing where there is none", change(plainOne, 13, plainOne[13]^2)},
		{"a system header that swallows a packet", change(plainOne, system+5, 9|64)},
		{"encrypted", change(plainOne, video+6, 0xb0)},
		{"something between packets", bytes.Replace(plainOne, []byte("\x00\x00\x01\xb9"), []byte("the owner\x00\x00\x01\xb9"), 1)},
	} {
		p := plan(t, c.data, scrub.Options{})
		if p.Status() != scrub.Partly || len(p.Edits) > 0 && (c.data[video+3] == 0xbe || c.data[13] != plainOne[13] || c.data[system+5] != 9) || p.End != p.Size {
			t.Errorf("%s: %s with %d edits, %q", c.name, p.Status(), len(p.Edits), p.Doubts)
		}
	}
}

// What follows the end code goes, and what follows the last packet of a stream without one
// stays but for marks.
func TestTail(t *testing.T) {
	data := samples.Get("mpeg-ps/plain").Data
	open := data[:len(data)-4]
	mark := string(samples.RedStarTrailer("8295FF513293A"))
	for _, c := range []struct {
		data []byte
		tail string
		stay int
	}{
		{data, mark, 0}, {open, mark, 0}, {data, "the owner of the film", 0}, {open, "the owner of the film", 21},
		{open, string(data[:9]), 9}, {data, string(data), len(data)}, {data, "the owner" + string(data), 9 + len(data)},
	} {
		p := plan(t, append(bytes.Clone(c.data), c.tail...), scrub.Options{})
		if got := int(p.End) - len(c.data); got != c.stay {
			t.Errorf("%.20q: %d bytes stay, want %d: %q", c.tail, got, c.stay, p.Doubts)
		}
	}
}

// The checksums of sectors are right afterwards, and where they are not used they stay zero.
func TestSectorSums(t *testing.T) {
	const riff, sector, sumAt = 44, 2352, 2348
	data := samples.Get("vcd/words").Data
	clear(data[riff+2*sector+sumAt : riff+3*sector])
	after := scrubtest.Perform(data, plan(t, data, scrub.Options{}))
	sum := func(b []byte) (c uint32) {
		for _, x := range b {
			c ^= uint32(x)
			for range 8 {
				c = c>>1 ^ 0xd8018001*(c&1)
			}
		}
		return c
	}
	for n := riff; n < len(after); n += sector {
		s := after[n : n+sector]
		got := uint32(s[sumAt]) | uint32(s[sumAt+1])<<8 | uint32(s[sumAt+2])<<16 | uint32(s[sumAt+3])<<24
		if want := sum(s[16:sumAt]); got != want && n != riff+2*sector || n == riff+2*sector && got != 0 {
			t.Errorf("sector %d: checksum %#x, want %#x", n/sector, got, want)
		}
	}
	if bytes.Equal(after, data) {
		t.Error("nothing changed")
	}
}

func TestDamagedDiscs(t *testing.T) {
	data := samples.Get("vcd/plain").Data
	const riff, sector = 44, 2352
	for name, at := range map[string]int{"a sync that is damaged": riff + 2*sector + 3, "heads that differ": riff + 2*sector + 20, "a pack that is damaged": riff + 2*sector + 27, "form 1": riff + 2*sector + 18} {
		b := bytes.Clone(data)
		if b[at] ^= 0x20; name == "form 1" {
			b[at+4] ^= 0x20
		}
		p := plan(t, b, scrub.Options{})
		if p.Status() != scrub.Partly || p.End != p.Size {
			t.Errorf("%s: %s, %q", name, p.Status(), p.Doubts)
		}
		for _, e := range p.Edits {
			if e.Off < int64(riff+3*sector) && e.End() > int64(riff+2*sector) && e.Len > 4 {
				t.Errorf("%s: edit of %d bytes at %#x", name, e.Len, e.Off)
			}
		}
	}
	if p := plan(t, data[:100], scrub.Options{}); p.Refused == "" || p.End != p.Size {
		t.Errorf("a head alone: %s", p.Status())
	}
}

// A stream that starts in the middle is cleaned from its first pack on.
func TestPart(t *testing.T) {
	data := append([]byte("the rest of a packet"), samples.Get("mpeg-ps/camcorder").Data...)
	p := plan(t, data, scrub.Options{})
	if p.Format != "mpeg-ps-part" || p.Status() != scrub.Partly || strings.Contains(string(scrubtest.Perform(data, p)), "CANARY") {
		t.Errorf("%s is %s, %q", p.Format, p.Status(), p.Doubts)
	}
}

// Where not all is looked at, what is found at one place is looked for everywhere.
func TestLongStream(t *testing.T) {
	plainOne, told := samples.Get("mpeg-ps/plain").Data, samples.Get("mpeg-ps/camcorder").Data
	index := scrub.Options{Depth: scrub.DepthIndex}
	first := plainOne[:4+bytes.Index(plainOne[4:], []byte("\x00\x00\x01\xba"))] // its time code is zero
	long := bytes.Repeat(first, (32<<20)/len(first))
	if p := plan(t, long, index); p.Status() != scrub.Clean || !p.Shallow || p.Read > 26<<20 {
		t.Errorf("%s, shallow %v, %d bytes read, %q", p.Status(), p.Shallow, p.Read, p.Doubts)
	}
	long = append(append(bytes.Clone(told), long...), told...)
	if p := plan(t, long, index); strings.Contains(string(scrubtest.Perform(long, p)), "CANARY") {
		t.Errorf("%s, %q", p.Status(), p.Doubts)
	}
}

// stream is a program stream of sound, with so many bytes in a packet, each behind a head.
func stream(id byte, head string, sound []byte, most int) []byte {
	b := bytes.Clone(samples.Get("mpeg-ps/plain").Data[:14])
	for part := range slices.Chunk(sound, most) {
		n := 3 + len(head) + len(part)
		b = slices.Concat(b, []byte{0, 0, 1, id, byte(n >> 8), byte(n), 0x80, 0, 0}, []byte(head), part)
	}
	return append(b, 0, 0, 1, 0xb9)
}

// Names of encoders are found wherever they lie in the pieces in which sound is looked through.
func TestNamesAcrossPieces(t *testing.T) {
	sound := []byte{0xff, 0xfb, 0x90, 0x00}
	for n := 0; len(sound) < 1<<20; n++ {
		sound = append(append(sound, "LAME3.100"...), bytes.Repeat([]byte{0x9c}, 50+n%31)...)
	}
	b := stream(0xc0, "", sound, 2001)
	p := plan(t, b, scrub.Options{Depth: scrub.DepthDeep})
	after := scrubtest.Perform(b, p)
	for from := 0; ; { // across packets as well
		i := bytes.Index(after[from:], []byte("LAME3"))
		if i < 0 {
			break
		}
		t.Fatalf("%q stays at %#x", after[from+i:from+i+9], from+i)
	}
	if again := plan(t, after, scrub.Options{Depth: scrub.DepthDeep}); again.Status() != scrub.Clean {
		t.Errorf("a second time it is %s, %q", again.Status(), again.Doubts)
	}
}

// A stream of sound in which no frame begins holds something else.
func TestForeignStream(t *testing.T) {
	for sound, want := range map[string]scrub.Status{"7X9QSN771234\x80\x90": scrub.Partly, "\xff\xfb\x90\x007X9QSN\x80": scrub.Clean} {
		if p := plan(t, stream(0xc0, "", []byte(sound), 2001), scrub.Options{}); p.Status() != want {
			t.Errorf("%q: %s, %q", sound, p.Status(), p.Doubts)
		}
	}
}

// Sound and subtitles that are not looked into don't begin with text.
func TestTextForStream(t *testing.T) {
	for sound, want := range map[string]scrub.Status{"7X9QSN771234XK": scrub.Partly, "\x01\x02\x03QSN\x80\x00": scrub.Clean} {
		for _, sub := range []string{"\x20", "\x90", "\xa0"} {
			if p := plan(t, stream(0xbd, sub, []byte(sound), 2001), scrub.Options{}); p.Status() != want {
				t.Errorf("% x %q: %s, %q", sub, sound, p.Status(), p.Doubts)
			}
		}
	}
}

// Frames of AC-3 are looked into, in private stream 1 of DVDs as well.
func TestSurround(t *testing.T) {
	frame := samples.Get("ac3/tags").Data
	frame = frame[bytes.Index(frame, []byte("\x0b\x77")):][:128]
	changed := func(at int, b byte) []byte {
		f := bytes.Clone(frame)
		f[at] = b
		return f
	}
	sound := func(middle ...[]byte) []byte {
		many := bytes.Repeat(frame, 520) // the first piece ends among them
		return slices.Concat(many, slices.Concat(middle...), many[:1280])
	}
	for _, c := range []struct {
		name  string
		sound []byte
		doubt string
	}{
		{"frames", sound(), ""},
		{"zeros", sound(make([]byte, 40)), ""},
		{"the end of a cell", sound(frame[:77]), ""},
		{"bytes", sound([]byte("\x85\x13owner")), "bytes between frames"},
		{"a time", sound(changed(7, frame[7]|2)), "a time"},
		{"text", sound([]byte("\x0bby Jane Doe, 5 High Street, Springfield, Illinois")), "between frames"},
	} {
		for _, head := range []string{"\x80\x01\x00\x01", "\xc0\x01\x00\x01", ""} {
			p := plan(t, stream(0xbd, head, c.sound, 1280), scrub.Options{})
			doubts := strings.Join(p.Doubts, " ")
			if head == "" && len(c.sound)%len(frame) != 0 { // nothing tells of packets that begin within a frame
				c.doubt = "perhaps those of sound"
			}
			if (c.doubt == "") != (doubts == "") || !strings.Contains(doubts, c.doubt) || len(p.Edits) > 0 {
				t.Errorf("%s behind %q: %q, %d edits", c.name, head, doubts, len(p.Edits))
			}
		}
	}
}

func FuzzProgram(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("mpeg-ps", "vcd")...)
}
