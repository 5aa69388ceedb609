package flv_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/flv"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{flv.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

func tag(kind byte, body string) []byte {
	n := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b := append([]byte{kind}, n[1:]...)
	b = append(append(b, make([]byte, 7)...), body...)
	return binary.BigEndian.AppendUint32(b, uint32(len(b)))
}

// with puts tags before those of a film.
func with(tags ...[]byte) []byte {
	film := samples.Get("flv/plain").Data
	return bytes.Join([][]byte{film[:13], bytes.Join(tags, nil), film[13:]}, nil)
}

func TestTags(t *testing.T) {
	long := "\x02\x00\x0aonMetaData\x08\x00\x00\x00\x00\x00\x07comment"
	for _, c := range []struct {
		name  string
		data  []byte
		goes  string
		doubt string
	}{
		{"a script that is none", with(tag(18, "SECRET")), "SECRET", ""},
		{"a script of AMF 3", with(tag(18, "\x02\x00\x08onThings\x11\x0bSECRET")), "SECRET", ""},
		{"what the film says in AMF 3", with(tag(18, "\x02\x00\x0aonMetaData\x11\x0btold")), "", "can't be read"},
		{"without an end mark", with(tag(18, long+"\x02\x00\x06SECRET")), "SECRET", ""},
		{"a name for ever", with(tag(18, long+"\x02\x00\xffSECRET")), "", "can't be read"},
		{"values in values", with(tag(18, "\x02\x00\x0aonMetaData"+strings.Repeat("\x03\x00\x01a", 50))), "", "can't be read"},
		{"a list for ever", with(tag(18, "\x02\x00\x0aonMetaData\x0a\xff\xff\xff\xff\x05\x05")), "", "can't be read"},
		{"XML and a reference", with(tag(18, long+"\x0f\x00\x00\x00\x06SECRET\x00\x01a\x07\x00\x01\x00\x01b\x05")), "SECRET", ""},
		{"a class", with(tag(18, "\x02\x00\x0aonMetaData\x10\x00\x06SECRET\x00\x05width\x00\x40\x50\x00\x00\x00\x00\x00\x00\x00\x00\x09")), "SECRET", ""},
		{"a number of letters", with(tag(18, "\x02\x00\x0aonMetaData\x03\x00\x05width\x0020SECRET\x00\x00\x09")), "SECRET", ""},
		{"a title that is a number of letters", with(tag(18, "\x02\x00\x0aonMetaData\x03\x00\x05title\x0020SECRET\x00\x00\x09")), "SECRET", ""},
		{"a list of letters", with(tag(18, "\x02\x00\x0aonMetaData\x03\x00\x09keyframes\x03\x00\x05times\x0a\x00\x00\x00\x01\x0020SECRET\x00\x00\x09\x00\x00\x09")), "", "can't be read"},
		{"a long text for a number", with(tag(18, "\x02\x00\x0aonMetaData\x03\x00\x05width\x0c\x00\x00\x00\x06SECRET\x00\x00\x09")), "SECRET", ""},
		{"more than yes and no", with(tag(18, "\x02\x00\x11|RtmpSampleAccess\x02\x00\x06SECRET")), "SECRET", ""},
		{"yes and no", with(tag(18, "\x02\x00\x11|RtmpSampleAccess\x01\x00\x01\x01")), "", ""},
		{"a packet of AAC of another kind", with(tag(8, "\xaf\x07told")), "", "that nobody plays"},
		{"a packet of pictures of another kind", with(tag(9, "\x17\x04\x00\x00\x00told")), "", "that nobody shows"},
		{"a command that is long", with(tag(9, "\x57\x01\x00\x00\x00\x01told and told")), "", "a command to players"},
		{"text for Speex", with(tag(8, "\xb6recorded by the owner, Jane Doe")), "", "text among"},
		{"a tag that is nearly one of pictures", with(tag(11, "picture")), "", "tags of type 11"},
		{"a tag of no known type", with(tag(4, "SECRET")), "SECRET", ""},
		{"a codec that nobody knows", with(tag(9, "\x1eSECRET")), "", "nobody knows"},
		{"many tracks", with(tag(9, "\x96\x10avc1\x00\x00\x00\x00\x00\x00")), "", "several tracks"},
		{"a number of a stream", with(bytes.Replace(tag(4, "SECRET"), make([]byte, 7), []byte("\x00\x00\x00\x00\x00\x00\x09"), 1)), "SECRET", "numbers of streams"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := plan(t, c.data)
			if doubts := strings.Join(p.Doubts, "; "); !strings.Contains(doubts, c.doubt) || c.doubt == "" && doubts != "" || p.Refused != "" {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if c.goes != "" && bytes.Contains(after, []byte(c.goes)) {
				t.Errorf("%q stays", c.goes)
			}
			if again, _ := plan(t, after); len(again.Edits) > 0 {
				t.Error("a second run changes it")
			}
		})
	}
}

// What is behind the last tag stays where it may be a tag.
func TestEnds(t *testing.T) {
	film := samples.Get("flv/plain").Data
	for name, more := range map[string][]byte{
		"cut short":             tag(8, "sound that is long")[:20],
		"damaged, and others":   append(tag(0, "lost")[:10], tag(8, "sound")...),
		"damaged in its length": append(append([]byte{8, 0, 0, 9}, make([]byte, 7)...), "sound\x00\x00\x00\x10"...),
		"another film":          film,
	} {
		p, _ := plan(t, append(bytes.Clone(film), more...))
		if p.Status() != scrub.Partly || p.End != p.Size {
			t.Errorf("%s: %s, cut at %d of %d, %q", name, p.Status(), p.End, p.Size, p.Doubts)
		}
	}
	if p, _ := plan(t, film[:40]); p.Status() != scrub.Unsupported || !strings.Contains(p.Refused, "no tag") {
		t.Errorf("%s %s", p.Status(), p.Refused)
	}
}

func FuzzFLV(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("flv")...)
}
