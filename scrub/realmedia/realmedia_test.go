package realmedia_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/realmedia"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{realmedia.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

// change writes a value some bytes behind a word.
func change(data []byte, word string, skip int, value ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[bytes.Index(data, []byte(word))+len(word)+skip:], value)
	return data
}

func be32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func TestInDoubt(t *testing.T) {
	words := samples.Get("realmedia/words").Data
	packets := len(words) - bytes.Index(words, []byte("DATA"))
	info := samples.Get("realmedia/properties").Data
	for _, c := range []struct {
		name, doubt string
		data        []byte
	}{
		{"no packets", "there are no packets", words[:len(words)-packets]},
		{"packets of no length", "was not finished", change(words, "DATA", 0, be32(0)...)},
		{"others than are counted", "than are counted", change(words, "DATA", 6, be32(99)...)},
		{"a stream nobody tells of", "does not tell of", change(words, "MDPR", 6, 0, 7)},
		{"a stream of another kind", "can't be looked into", change(words, "audio/x-pn-real", 0, []byte("event")...)},
		{"a stream that contradicts itself", "contradicts itself", change(words, "audio/x-pn-realaudio", 0, be32(1<<30)...)},
		{"properties for ever", "contradicts itself", change(info, "logical-fileinfo", 4+6+4, 0xff, 0xff)},
		{"an index of too many entries", "shorter than what it counts", change(words, "INDX", 6, be32(99)...)},
		{"cut short", "", words[:len(words)-20]},
		{"another film behind it", "another medium", append(bytes.Clone(words), words...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := plan(t, c.data)
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) || p.End != p.Size {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if bytes.Count(after, []byte("CANARY-comment")) == bytes.Count(c.data, []byte("CANARY-comment")) && c.data[18+50+4] != 0 && bytes.Contains(c.data, []byte("CONT")) {
				t.Error("a comment stays")
			}
		})
	}
}

// What stands behind the texts is a hiding place.
func TestBehindTexts(t *testing.T) {
	words := samples.Get("realmedia/words").Data
	at := bytes.Index(words, []byte("MDPR"))
	data := append(append(bytes.Clone(words[:at]), "SECRET"...), words[at:]...)
	i := bytes.Index(data, []byte("CONT"))
	data = change(data, "CONT", 0, be32(at+6-i)...)
	if p, after := plan(t, data); p.Status() != scrub.Dirty || bytes.Contains(after, []byte("SECRET")) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// FFmpeg writes a length of the packets that is too large by ten, and eight zeros.
func TestFFmpeg(t *testing.T) {
	words := samples.Get("realmedia/words").Data
	at := bytes.Index(words, []byte("DATA"))
	n := len(words) - at - 34
	data := append(change(words[:at+n], "DATA", 0, be32(n+18)...), make([]byte, 8)...)
	if p, _ := plan(t, data); p.Status() != scrub.Dirty {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// Others than RealNetworks' own codecs may hold names of encoders.
func TestOtherCodecs(t *testing.T) {
	data := bytes.Replace(samples.Get("realmedia/words").Data, []byte("Int0lpcJ"), []byte("vbrsraac"), 1)
	if p, _ := plan(t, data); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), "raac") {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// Eight letters fit into none of the numbers, and into no setting.
func TestNumbers(t *testing.T) {
	data := samples.Get("realmedia/properties").Data
	if p, after := plan(t, data); len(p.Doubts) > 0 || p.Status() != scrub.Dirty {
		t.Fatalf("%s %q", p.Status(), p.Doubts)
	} else {
		data = after
	}
	for name, spans := range map[string][][2]int{".RMF": {{6, 14}}, "PROP": {{6, 46}}, "MDPR": {{8, 36}}, "INDX": {{12, 28}}, "ASMRuleBook": {{6, 24}}} {
		for _, span := range spans {
			for at := span[0]; at+8 <= span[1]; at += 4 {
				p, after := plan(t, change(data, name, at, []byte("7X9QSN12")...))
				if len(p.Doubts) == 0 && bytes.Contains(after, []byte("7X9QSN12")) {
					t.Errorf("%s+%d: %s", name, at, p.Status())
				}
			}
		}
	}
}

// FFmpeg announces whatever it copies as of RealNetworks.
func TestPackets(t *testing.T) {
	words := samples.Get("realmedia/words").Data
	at := bytes.Index(words, []byte("DATA")) + 18 + 12
	film := bytes.Replace(words, []byte(".ra\xfd\x00\x05\x00\x00.ra5"), []byte("\x00\x00\x00\x40VIDORV20"), 1)
	for _, c := range []struct {
		name, media string
		film        bool
		doubt       string
	}{
		{"text", "recorded by the owner, Jane Doe, 4711", false, "text in packets"},
		{"units", "\x40\x00\x00\x00\x00\x05\x06\x05abc\x00\x00\x00\x09A", true, "of H.264"},
		{"start codes of a part", "\x80\x00\x40\x64\x40\x64\x00\x00\x00\x01\x06", true, "of H.264"},
		{"units of sound", "\x40\x00\x00\x00\x00\x05\x06\x05abc\x00\x00\x00\x09A", false, ""},
		{"its own", "\x40\x00\x0f\x02\x00\x05\x06\x05abc\x00\x00\x00\x09A", true, ""},
		{"several", "\xc0\x00\x00\x00\x01\x05\x06\x05abc\x00\x00\x00\x09A", true, ""},
	} {
		data := bytes.Clone(words)
		if c.film {
			data = bytes.Clone(film)
		}
		copy(data[at:], c.media)
		p, _ := plan(t, data)
		if doubts := strings.Join(p.Doubts, " "); !strings.Contains(doubts, c.doubt) || c.doubt == "" && strings.Contains(doubts, "H.264") {
			t.Errorf("%s: %q", c.name, doubts)
		}
	}
}

// Sound of before RealMedia has its texts in its head.
func TestOldSound(t *testing.T) {
	texts := "\x06A song\x00\x06SECRET\x06SECRET"
	frames := strings.Repeat("frames of sound ", 40)
	for name, data := range map[string]string{
		"3": ".ra\xfd\x00\x03\x00\x2b" + strings.Repeat("\x01", 14) + texts + "\x00\x04lpcJ\x00" + frames,
		"4": ".ra\xfd\x00\x04\x00\x00.ra4" + strings.Repeat("\x01", 6) + "\x00\x00\x00\x50" + strings.Repeat("\x01", 34) + "\x04Int0\x0428_8\x00\x00\x00" + texts + frames,
	} {
		p, after := plan(t, []byte(data))
		if p.Status() != scrub.Dirty || bytes.Contains(after, []byte("SECRET")) || !bytes.Contains(after, []byte("A song")) || !bytes.Contains(after, []byte(frames)) {
			t.Errorf("%s: %s %q %q", name, p.Status(), p.Doubts, after)
		}
	}
	if p, _ := plan(t, []byte(".ra\xfd\x00\x05"+frames)); p.Status() != scrub.Partly {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
	if p, _ := plan(t, []byte(".ra\xfd\x00\x05")); p.Status() != scrub.Unsupported {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

func FuzzRealMedia(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("realmedia")...)
}
