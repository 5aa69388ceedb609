package jp2

import (
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format, Bare, icc.Format})

func FuzzBoxes(f *testing.F) { scrubtest.Fuzz(f, engine, samples.Of(Format.Name, Bare.Name)...) }

func boxOf(typ, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + typ + body
}

const signature = "\x00\x00\x00\x0cjP  \r\n\x87\n"

var (
	head   = signature + boxOf("ftyp", "jp2 \x00\x00\x00\x00jp2 ")
	stream = string(samples.Get("j2k/plain").Data)
)

func header(colour string) string {
	return boxOf("jp2h", boxOf("ihdr", "\x00\x00\x00\x0c\x00\x00\x00\x10\x00\x03\x07\x07\x00\x00")+boxOf("colr", colour))
}

func plan(t *testing.T, data string) (*scrub.Plan, string) {
	t.Helper()
	p, err := engine.Plan(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

// The box of a codestream that is shorter than it costs nothing of it, and what is in doubt
// stays, but for what has a name.
func TestDoubts(t *testing.T) {
	colour, xml := header("\x01\x00\x00\x00\x00\x00\x10"), boxOf("xml ", "CANARY")
	short := head + colour + xml + boxOf("jp2c", stream[:len(stream)-30]) + stream[len(stream)-30:]
	for want, data := range map[string]string{
		"the picture has no end mark":                short,
		"a second picture follows":                   head + colour + xml + boxOf("jp2c", stream) + head,
		"no picture is in the boxes":                 head + colour + xml,
		"the codestream can't be followed":           head + colour + xml + boxOf("jp2c", "what is this"),
		"parts of the picture are elsewhere":         head + colour + xml + boxOf("ftbl", "1234") + boxOf("jp2c", stream),
		"colours are told in a way":                  head + header("\x07\x00\x00") + xml + boxOf("jp2c", stream),
		"the colour profile stays":                   head + header("\x02\x00\x00what") + xml + boxOf("jp2c", stream),
		"a kind of file that is not known":           strings.Replace(head, "\x00jp2 ", "\x00PIXL", 1) + colour + xml + boxOf("jp2c", stream),
		"the kind of file has 13 bytes":              signature + boxOf("ftyp", "jp2 \x00\x00\x00\x00jp2 !") + colour + xml + boxOf("jp2c", stream),
		"parts of the medium follow the end mark of": head + colour + xml + boxOf("jp2c", stream+boxOf("jp2c", stream)),
	} {
		p, after := plan(t, data)
		if !strings.Contains(strings.Join(p.Doubts, "; "), want) || p.End != p.Size || strings.Contains(after, "CANARY") || strings.Contains(data, stream) && !strings.Contains(after, stream) {
			t.Errorf("%s: %s %s %q: %q", want, p.Status(), p.Refused, p.Doubts, after)
		}
	}
	if p, after := plan(t, short); !strings.HasSuffix(after, stream[len(stream)-30:]) {
		t.Errorf("%s %q", p.Doubts, after)
	}
}

// Films and documents have boxes of their own, and are left alone.
func TestOtherKinds(t *testing.T) {
	for _, brand := range []string{"mjp2", "jpm "} {
		data := signature + boxOf("ftyp", brand+"\x00\x00\x00\x00"+brand) + boxOf("what", "page")
		if p, after := plan(t, data); p.Status() != scrub.Unsupported || after != data {
			t.Errorf("%s: %s %q", brand, p.Status(), p.Doubts)
		}
	}
}

// A segment that is not of bytes or text is no comment, whatever its marker: one bit makes
// one of the heads of packets.
func TestComments(t *testing.T) {
	for kind, goes := range map[string]bool{"\x00\x00": true, "\x00\x01": true, "\x00\x07": false} {
		at := strings.Index(stream, "\xff\x90")
		p, after := plan(t, stream[:at]+"\xff\x64\x00\x0a"+kind+"CANARY"+stream[at:])
		if strings.Contains(after, "CANARY") == goes || (p.Status() == scrub.Dirty) != goes {
			t.Errorf("%q: %s %q", kind, p.Status(), p.Doubts)
		}
	}
	if p, _ := plan(t, stream[:len(stream)-2]); p.Status() != scrub.Partly {
		t.Error(p.Status(), p.Doubts)
	}
}

// Words in the place of channels and of colours are a doubt.
func TestChannels(t *testing.T) {
	for name, want := range map[string]bool{"jp2/channels": true, "jp2/channels-of-words": false, "jp2/required": true, "jp2/required-words": false, "jp2/palette": true, "jp2/palette-of-words": false, "jp2/palette-too-long": false} {
		data := samples.Get(name).Data
		p, err := engine.Plan(strings.NewReader(string(data)), int64(len(data)), scrub.Options{})
		if err != nil || (len(p.Doubts) == 0) != want {
			t.Errorf("%s: %v %q", name, err, p.Doubts)
		}
	}
}

// Words in a segment whose length is right are a doubt, as are those of one whose length is not.
func TestWordsInSegments(t *testing.T) {
	data := string(samples.Get("j2k/plain").Data)
	at := strings.Index(data, "\xff\x52")
	for segment, want := range map[string]bool{"\xff\x50\x00\x08\x00\x02\x00\x00\x00\x03": true, "\xff\x50\x00\x12\x00\x00Tanja Beispiel": false} {
		if p, _ := plan(t, data[:at]+segment+data[at:]); (len(p.Doubts) == 0) != want {
			t.Errorf("%q: %s %q", segment, p.Status(), p.Doubts)
		}
	}
}
