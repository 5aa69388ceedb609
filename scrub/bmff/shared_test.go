package bmff

import (
	"bytes"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// TestSharedFrames has frames with a message that two tracks share, and two movies.
func TestSharedFrames(t *testing.T) {
	xvid, picture := []byte("\x00\x00\x01\xb2CANARY\x00\x00\x01\xb6X"), []byte("\x00\x05words\x00\x00\x00\x0ewhatCANARY")
	frames := func() trackSpec {
		v := video([]uint32{0}, []uint32{uint32(len(xvid))})
		v.entry = visual("XVID")
		return v
	}
	text := func() trackSpec {
		return trackSpec{id: 1, handler: "text", entry: bx("tx3g", zeros(6), uint16(1), zeros(30)), offsets: []uint32{0}, sizes: []uint32{uint32(len(picture))}}
	}
	other := func(s trackSpec) trackSpec { s.id = 2; return s }
	whole := movieOf(xvid, nil, frames())
	for name, data := range map[string][]byte{
		"two tracks":         movieOf(xvid, nil, frames(), other(frames())),
		"two tracks of text": movieOf(picture, nil, text(), other(text())),
		"two movies":         join(whole, whole[bytes.Index(whole, []byte("moov"))-4:]),
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(t, data, scrub.Options{})
			if p.Status() != scrub.Partly {
				t.Errorf("%s, doubts %q", p.Status(), p.Doubts)
			}
			if bytes.Contains(scrubtest.Perform(data, p), []byte("CANARY\x00\x00\x01")) {
				t.Error("the message is left")
			}
		})
	}
}

// TestDamagedIndexOfRandomAccess is a film whose last box isn't what it says.
func TestDamagedIndexOfRandomAccess(t *testing.T) {
	whole := fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), plainRun))
	data := join(whole, bx("mfra", bx("tfra", uint32(0), uint32(1), uint32(0), "CANARY"), bx("mfro", zeros(8))))
	p := plan(t, data, scrub.Options{})
	if p.Status() != scrub.Dirty {
		t.Fatalf("%s: %s, doubts %q", p.Status(), p.Refused, p.Doubts)
	}
	if bytes.Contains(scrubtest.Perform(data, p), []byte("CANARY")) {
		t.Error("what is no index is left")
	}
	if p := plan(t, data[:len(data)-3], scrub.Options{}); p.Status() != scrub.Partly {
		t.Errorf("cut: %s %s", p.Status(), p.Refused)
	}
}
