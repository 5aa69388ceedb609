package mxf_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

// telling is a film all of whose sets have identifiers that tell something: the small numbers
// of the sample with another start.
func telling(data []byte, start string) []byte {
	data = bytes.Clone(data)
	for i := bytes.Index(data, []byte(set)); i < bytes.Index(data, []byte(element)); i++ {
		if n := binary.BigEndian.Uint32(data[i+12:]); string(data[i:i+12]) == strings.Repeat("\x00", 12) && n > 0 && n < 64 {
			copy(data[i:], start)
		}
	}
	return data
}

// What has the same identifier before has the same one afterwards, and no other has it.
func TestIdentifiersChangeTogether(t *testing.T) {
	plain := samples.Get("mxf/words").Data
	data := telling(plain, "who-and-when")
	p, result := plan(t, data)
	if p.Status() != scrub.Dirty || len(p.Anew) == 0 || bytes.Contains(result, []byte("who-and-when")) || len(result) != len(data) {
		t.Fatalf("%s %q, %d changes", p.Status(), p.Doubts, len(p.Anew))
	}
	names, taken := map[string]string{}, map[string]string{}
	for i := 0; i+16 <= len(data); i++ {
		if string(data[i:i+12]) != "who-and-when" {
			continue
		}
		was, is := string(data[i:i+16]), string(result[i:i+16])
		if bytes.HasPrefix(data[i-16:], []byte("\x06\x0a\x2b\x34\x01\x01\x01")) { // of a package
			was, is = string(data[i-16:i+16]), string(result[i-16:i+16])
		}
		if names[was] != "" && names[was] != is || taken[is] != "" && taken[is] != was {
			t.Errorf("at 0x%x: %q became %q", i, was, is)
		}
		names[was], taken[is] = is, was
	}
	if len(names) < 15 {
		t.Errorf("only %d identifiers", len(names))
	}
	again, same := plan(t, result)
	if again.Status() != scrub.Clean || !bytes.Equal(same, result) {
		t.Errorf("afterwards: %s %q", again.Status(), again.Doubts)
	}
	h := scrubtest.Harness{Engine: engine, Sound: true}
	h.Laws(t, "identifiers", data)
}

// Where an identifier can't change everywhere, none does.
func TestIdentifiersStay(t *testing.T) {
	data := telling(samples.Get("mxf/plain").Data, "who-and-when")
	unfinished := telling(samples.Get("mxf/unfinished").Data, "who-and-when")
	for what, c := range map[string]struct {
		data []byte
		opt  scrub.Options
		want scrub.Status
	}{
		"kept":         {data, scrub.Options{Policy: scrub.Policy{Keep: []scrub.Kind{scrub.ID}}}, scrub.Clean},
		"unfinished":   {unfinished, scrub.Options{}, scrub.Partly},
		"in doubt":     {after(data, pack+"\x02\x04\x00", 4+8+7, "\x01"), scrub.Options{}, scrub.Partly},
		"odd length":   {bytes.Replace(data, []byte("\x3c\x0a\x00\x10"), []byte("\x3c\x0a\x00\x0f"), 1), scrub.Options{}, scrub.Partly},
		"another kind": {bytes.Replace(data, []byte("\x06\x0a\x2b\x34\x01\x01\x01"), []byte("WORDS\x01\x01"), 1), scrub.Options{}, scrub.Dirty},
	} {
		p, result := scrubtest.Clean(t, engine, c.data, c.opt)
		if p.Status() != c.want || bytes.Count(result, []byte("who-and-when")) != bytes.Count(c.data, []byte("who-and-when")) && c.want != scrub.Dirty {
			t.Errorf("%s: %s %q, %d of %d", what, p.Status(), p.Doubts, bytes.Count(result, []byte("who-and-when")), bytes.Count(c.data, []byte("who-and-when")))
		}
	}
}
