package nut_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/crc"
	"untag/scrub/nut"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{nut.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

const (
	main    = "NM\x7a\x56\x1f\x5f\x04\xad"
	stream  = "NS\x11\x40\x5b\xf2\xf9\xdb"
	sync    = "NK\xe4\xad\xee\xca\x45\x69"
	index   = "NX\xdd\x67\x2f\x23\xe6\x4e"
	info    = "NI\xab\x68\xb5\x96\xba\x78"
	oneByte = 9 // a code and a length of one byte
)

// packet returns where one begins, and its body.
func packet(data []byte, code string) (at int, body []byte) {
	at = bytes.Index(data, []byte(code))
	return at, data[at+oneByte : at+oneByte+int(data[at+oneByte-1])-4]
}

// remade returns the data with other bytes in the body of a packet, and its checksum.
func remade(data []byte, code string, change func(body []byte) []byte) []byte {
	at, old := packet(data, code)
	body := change(bytes.Clone(old))
	p := append([]byte(code), byte(len(body)+4))
	p = binary.BigEndian.AppendUint32(append(p, body...), crc.Ogg.Update(0, body))
	return append(append(bytes.Clone(data[:at]), p...), data[at+oneByte+len(old)+4:]...)
}

func TestInDoubt(t *testing.T) {
	words := samples.Get("nut/words").Data
	at, _ := packet(words, sync)
	last := bytes.Index(words, []byte(index))
	broken := func(code string) []byte {
		data := bytes.Clone(words)
		at, body := packet(data, code)
		data[at+oneByte+len(body)-1] ^= 0x40
		return data
	}
	for _, c := range []struct {
		name, doubt string
		data        []byte
	}{
		{"cut short", "no index", words[:last-3]},
		{"bytes between packets", "no part of the film", append(append(bytes.Clone(words[:at]), "SECRET "...), words[at:]...)},
		{"a damaged main header", "checksum of a packet", broken(main)},
		{"a damaged stream header", "checksum of a packet", broken(stream)},
		{"a damaged syncpoint", "checksum of a packet", broken(sync)},
		{"a damaged index", "checksum of a packet", broken(index)},
		{"a syncpoint with more in it", "longer than it has to be", remade(words, sync, func(b []byte) []byte { return append(b, "SECRET"...) })},
		{"a stream with more in it", "longer than it has to be", remade(words, stream, func(b []byte) []byte { return append(b, "SECRET"...) })},
		{"a stream of nothing", "contradicts itself", remade(words, stream, func(b []byte) []byte { return b[:5] })},
		{"a codec that nobody knows", "nobody knows", remade(words, stream, func(b []byte) []byte { return bytes.Replace(b, []byte("H264"), []byte("XYZW"), 1) })},
		{"subtitles", "subtitles", remade(words, stream, func(b []byte) []byte { b[1] = 2; return b[:len(b)-5] })},
		{"an index of another length", "how long", remade(words, index, func(b []byte) []byte { b[len(b)-1]++; return b })},
		{"an index with more in it", "contradicts itself", remade(words, index, func(b []byte) []byte { b[len(b)-9] = 0; return b })},
		{"version 4, sent live", "when it was sent", remade(words, main, func(b []byte) []byte { return append(append([]byte{4, 0}, b[1:]...), 1) })},
		{"another film behind it", "another medium", append(bytes.Clone(words), words...)},
		{"packets behind it", "hold packets", append(bytes.Clone(words), words[at:]...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := plan(t, c.data)
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) || p.End != p.Size {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if first := after[:min(len(after), len(words))]; bytes.Contains(first, []byte("CANARY-encoder")) {
				t.Error("the name of an encoder stays")
			}
		})
	}
}

// Half of a packet of tags is one whose checksum is wrong: what is left of it goes.
func TestTornTags(t *testing.T) {
	words := samples.Get("nut/words").Data
	p, _ := plan(t, words)
	for _, e := range p.Edits {
		torn := bytes.Clone(words)
		half := e
		half.Len /= 2
		half.Data = e.Data[:half.Len]
		half.Onto(torn, 0)
		q, after := plan(t, torn)
		if q.Status() != scrub.Dirty || bytes.Contains(after, []byte("CANARY")) {
			t.Errorf("%s %q", q.Status(), q.Doubts)
		}
	}
}

// Tags have values of other types than text.
func TestValues(t *testing.T) {
	tags := "\x00\x00\x00\x00\x08" + "\x05Title\x04\x06SECRET\x05other" + "\x08Language\x02\x06SECRET" + "\x01a\x04\x02v2\x06SECRET" + "\x01b\x06\x03" + "\x01c\x08\x05" + "\x01d\x0a\x05" + "\x01e\x07" + "\x0aX-Language\x02\x03deu"
	plain := samples.Get("nut/plain").Data
	at, _ := packet(plain, sync)
	packet := binary.BigEndian.AppendUint32([]byte(info+string(rune(len(tags)+4))+tags), crc.Ogg.Update(0, []byte(tags)))
	data := append(append(bytes.Clone(plain[:at]), packet...), plain[at:]...)
	p, after := plan(t, data)
	if p.Status() != scrub.Dirty || bytes.Contains(after, []byte("SECRET")) || !bytes.Contains(after, []byte("\x00\x00\x00\x00\x01\x0aX-Language\x02\x03deu\x00")) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

func FuzzNUT(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("nut")...)
}

// Times that count from 1970 tell when a film was recorded.
func TestTimesSinceADate(t *testing.T) {
	data := samples.Get("nut/dated").Data
	if p, _ := plan(t, data); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), "when they were recorded") {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}
