package bmff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// tornFilm is a film in which the name of the last box called typ ends n bytes before
// its end at the end of a sector, and has n bytes of free.
func tornFilm(t *testing.T, typ string, n int, film func(pad int) []byte) []byte {
	t.Helper()
	for pad := range 512 {
		d := film(pad)
		at := bytes.LastIndex(d, []byte(typ))
		if at >= 0 && (at+n)%512 == 0 {
			copy(d[at:], "free"[:n])
			return d
		}
	}
	t.Fatalf("no %q reaches over the end of a sector", typ)
	return nil
}

// A stop tears the name of a box that goes: the next run finishes the work.
func TestTornNames(t *testing.T) {
	media := []byte("FRAME1CANARY telemetry")
	cases := map[string]func(pad int) []byte{
		"udta": func(pad int) []byte {
			return movieOf(join(media[:6], zeros(pad)), bx("udta", itunes(bx("\xa9too", bx("data", uint32(1), uint32(0), canary)))), video([]uint32{0}, []uint32{6}))
		},
		"meta": func(pad int) []byte {
			return movieOf(join(media[:6], zeros(pad)), itunes(bx("\xa9too", bx("data", uint32(1), uint32(0), canary))), video([]uint32{0}, []uint32{6}))
		},
		"trak": func(pad int) []byte {
			return movieOf(join(media, zeros(pad)), nil, video([]uint32{0}, []uint32{6}),
				trackSpec{id: 2, handler: "meta", entry: bx("gpmd", zeros(8)), offsets: []uint32{6}, sizes: []uint32{16}})
		},
	}
	for typ, film := range cases {
		for n := 1; n < 4; n++ {
			t.Run(fmt.Sprint(typ, n), func(t *testing.T) {
				data := tornFilm(t, typ, n, film)
				p := plan(t, data, scrub.Options{})
				if p.Status() != scrub.Dirty {
					t.Fatalf("%s %q", p.Status(), p.Doubts)
				}
				after := scrubtest.Perform(data, p)
				if q := plan(t, after, scrub.Options{}); q.Status() != scrub.Clean || bytes.Contains(after, []byte("CANARY")) {
					t.Errorf("%s %q after it, of %q", q.Status(), q.Doubts, after)
				}
				if n == 3 && typ != "trak" {
					return // a box of Casio's has that name
				}
				// Where no sector ends, it is no work of a stop.
				at := bytes.LastIndex(data, []byte("moov")) - 4
				moved := append(bytes.Clone(data[:at:at]), bx("free", zeros(8))...)
				if p := plan(t, append(moved, data[at:]...), scrub.Options{}); p.Status() != scrub.Partly {
					t.Errorf("%s where no sector ends", p.Status())
				}
			})
		}
	}
}

// A film in a box that goes looks like what a damaged length took in, while it goes.
func TestFilmInABox(t *testing.T) {
	inner := movieOf(bytes.Repeat([]byte("CANARY motion "), 100), bx("free", bytes.Repeat([]byte("CANARY"), 20)), video([]uint32{0}, []uint32{700}))
	data := append(movieOf([]byte("FRAME1"), nil, video([]uint32{0}, []uint32{6})), bx("axte", inner)...)
	h := scrubtest.Harness{Engine: engine, States: 200, Variants: -1, Secrets: [][]byte{[]byte(canary)}, MustStay: [][]byte{[]byte("FRAME1")}, Sound: true}
	h.Laws(t, "axte", data)
}

// A track of telemetry whose length takes in what follows it does not go.
func TestSwollenTrack(t *testing.T) {
	data := movieOf([]byte("CANARY telemetryFRAME1"), nil,
		trackSpec{id: 2, handler: "meta", entry: bx("gpmd", zeros(8)), offsets: []uint32{0}, sizes: []uint32{16}}, video([]uint32{16}, []uint32{6}))
	at := bytes.Index(data, []byte("trak")) - 4
	next := bytes.LastIndex(data, []byte("trak")) - 4
	for _, n := range []int64{0xffffffff, int64(len(data) - at), int64(next - at + 8), int64(next - at + 100)} {
		bad := bytes.Clone(data)
		binary.BigEndian.PutUint32(bad[at:], uint32(n))
		p := plan(t, bad, scrub.Options{})
		if after := scrubtest.Perform(bad, p); p.Status() != scrub.Partly || !bytes.Contains(after, data[next+100:]) {
			t.Errorf("%d: %s %q, and %d edits", n, p.Status(), p.Doubts, len(p.Edits))
		}
	}
}

// An entry that says how its samples are encrypted, under a damaged name, is no
// reason to look into them.
func TestEntryOfEncryptedSamples(t *testing.T) {
	frame := []byte("\x00\x00\x01\xb2like a tag\x00\x00\x01\xb6FRAME1")
	film := func(name string) []byte {
		of := video([]uint32{0}, []uint32{uint32(len(frame))})
		of.entry = visual(name, bytes.Replace(sinf, []byte("avc1"), []byte("mp4v"), 1), esds(0x20, []byte("\x00\x00\x01\xb2XviD0064\x00\x00\x01\xb5")))
		return movieOf(frame, nil, of)
	}
	for _, name := range []string{"encv", "\xff\xff\xff\xff", "encx", "mp4v"} {
		data := film(name)
		p := plan(t, data, scrub.Options{})
		if p.Status() != scrub.Partly || !bytes.Contains(scrubtest.Perform(data, p), frame) {
			t.Errorf("%q: %s, and frames are changed: %t", name, p.Status(), !bytes.Contains(scrubtest.Perform(data, p), frame))
		}
	}
}
