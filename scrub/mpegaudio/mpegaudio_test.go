package mpegaudio_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func frames(n int) string {
	return strings.Repeat("\xff\xfb\x90\x00"+strings.Repeat("a", 413), n) // 128 kbit/s at 44100 Hz
}

func plan(t testing.TB, data string, opt scrub.Options) (*scrub.Plan, string) {
	t.Helper()
	p, err := formats.Engine().Rehearse(strings.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

func foreign(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i%97) + 128
	}
	return string(b)
}

// What follows the last frame goes if it is little, and stays if it may be more sound.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name, data string
		end        int
		partly     bool
	}{
		{"a tail", frames(40) + foreign(500), 40 * 417, false},
		{"a long tail", frames(40) + foreign(70000), 40*417 + 70000, true},
		{"frames after what is none", frames(40) + foreign(500) + frames(2), 42*417 + 500, true},
		{"a damaged last frame", frames(40) + "\xbf" + frames(1)[1:], 41 * 417, true},
		{"a frame cut short", frames(4)[:1600], 1600, false},
		{"a damaged frame", frames(5) + "\xbf" + frames(1)[1:] + frames(5), 11 * 417, true},
		{"a damaged frame before the last one, and what an interrupted run left of a tag", frames(4) + "\xbf" + frames(1)[1:] + frames(1) + strings.Repeat("\x00", 131), 6*417 + 131, true},
		{"a damaged first frame", "\xbf" + frames(1)[1:] + frames(5), 6 * 417, true},
		{"tags behind what is none", frames(4) + foreign(40) + "TAG" + strings.Repeat("\x00", 125), 4 * 417, false},
		{"the start of a header before a tag", frames(4) + "\xff\xfb\x90TAG" + strings.Repeat("x", 125), 4*417 + 131, false},
		{"the start of a frame", frames(4) + "\xff\xfb", 4*417 + 2, true},
	} {
		p, _ := plan(t, c.data, scrub.Options{})
		if int(p.End) != c.end || (p.Status() == scrub.Partly) != c.partly || p.Refused != "" {
			t.Errorf("%s: %s, cut at %d of %d: %q", c.name, p.Status(), p.End, p.Size, p.Doubts)
		}
	}
}

// The version of LAME goes, its checksum is right again, and gapless numbers stay.
func TestEncoder(t *testing.T) {
	s := samples.Get("mp3/lame")
	_, after := plan(t, string(s.Data), scrub.Options{})
	at := strings.Index(after, "LAME     ")
	if at < 0 {
		t.Fatalf("%q", after[:300])
	}
	if got, want := binary.BigEndian.Uint16([]byte(after[at+34:])), arc(after[:at+34]); got != want {
		t.Errorf("checksum %04x, want %04x", got, want)
	}
	if before := string(s.Data); after[at+9:at+34] != before[at+9:at+34] {
		t.Error("gapless numbers changed")
	}
}

// A number of frames that can't be goes alone: FFmpeg plays a frame without numbers as sound.
func TestNumbersThatCantBe(t *testing.T) {
	data := string(samples.Get("mp3/lame").Data)
	at := strings.Index(data, "Info") + 8
	if at < 8 {
		at = strings.Index(data, "Xing") + 8
	}
	_, after := plan(t, data[:at]+"\x10"+data[at+1:], scrub.Options{})
	if after[at:at+4] != "\x00\x00\x00\x00" || after[at+4:at+8] != data[at+4:at+8] {
		t.Errorf("%x became %x", data[at:at+8], after[at:at+8])
	}
}

// Of a song that breaks off, players still know how much silence to skip.
func TestEncoderOfALongerSong(t *testing.T) {
	s := samples.Get("mp3/lame")
	data := string(s.Data)
	at := strings.Index(data, "LAME") + 28
	data = data[:at] + "\x01\x01\x8b\x06" + data[at+4:]
	if _, after := plan(t, data, scrub.Options{}); !strings.Contains(after, "LAME     ") {
		t.Error("gapless numbers are gone")
	}
}

func arc(b string) (crc uint16) {
	for _, c := range []byte(b) {
		crc ^= uint16(c)
		for range 8 {
			crc = crc>>1 ^ 0xa001*(crc&1)
		}
	}
	return crc
}

// Whatever bit of a tag's length flips, frames stay.
func TestLengthsOfTags(t *testing.T) {
	data := samples.Get("mp3/id3v23").Data
	whole, _ := plan(t, string(data), scrub.Options{})
	for bit := range 32 {
		bad := bytes.Clone(data)
		bad[6+bit/8] ^= 1 << (bit % 8)
		p, _ := plan(t, string(bad), scrub.Options{})
		for _, e := range p.Edits {
			for _, s := range whole.Map {
				if s.Role == scrub.Payload && e.Off < s.End() && s.Off < e.End() {
					t.Errorf("bit %d: an edit at 0x%x meets sound, %s", bit, e.Off, p.Status())
				}
			}
		}
	}
}

// The formats of all media are known behind tags.
func TestBehindTags(t *testing.T) {
	tag := "ID3\x03\x00\x00\x00\x00\x38\x10COMM\x00\x00\x00\x10\x00\x00\x00eng\x00CANARY-here" + strings.Repeat("\x00", 7158)
	for _, name := range []string{"flac/plain", "png/text", "mp3/ape"} {
		s := samples.Get(name)
		p, after := plan(t, tag+string(s.Data), scrub.Options{})
		if p.Format != s.Format || p.Status() != scrub.Dirty || strings.Contains(after, "CANARY-") {
			t.Errorf("%s: %s %s %q", name, p.Format, p.Status(), p.Doubts)
		}
	}
}

func FuzzMPEGAudio(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("mp3")...)
}
