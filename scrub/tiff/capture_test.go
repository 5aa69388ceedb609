package tiff_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

// Edits by Nikon's program go, the walk of decoders over them finds how the picture is turned,
// and nothing goes where a length is damaged.
func TestEditsOfNikon(t *testing.T) {
	data := samples.Get("tiff/raw-nikon").Data
	turned := binary.LittleEndian.AppendUint32(nil, 0x76a43207)
	at := bytes.LastIndex(data, turned)
	out := scrubtest.Perform(data, plan(t, string(data), scrub.Options{}))
	walk := bytes.LastIndex(data[:at], []byte("\x01\x00\x06\x00\x00\x00")) + 6
	next := walk + 18 + int(binary.LittleEndian.Uint32(out[walk+18:]))
	if next != at || !bytes.Equal(out[at:at+4], turned) || out[at+22] != 90 {
		t.Errorf("decoders look for a record at 0x%x, it is at 0x%x", next, at)
	}
	bad := bytes.Clone(data)
	bad[walk+19] ^= 0x40
	p := plan(t, string(bad), scrub.Options{})
	if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ";"), "records do not lead") || !bytes.Equal(scrubtest.Perform(bad, p)[walk:at+24], bad[walk:at+24]) {
		t.Errorf("damaged: %s, %q", p.Status(), p.Doubts)
	}
}
