package h26x_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

// with hands a reader of data to f.
func with(t *testing.T, data []byte, f func(r *scrub.Reader)) {
	t.Helper()
	called := false
	e := scrub.NewEngine([]scrub.Format{{
		Name:  "bare",
		Sniff: func([]byte, int64) bool { return true },
		Parse: func(s *scrub.Scan) error {
			called = true
			f(s.Reader)
			return nil
		},
	}})
	if _, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{}); err != nil || !called {
		t.Fatalf("no reader: %v", err)
	}
}

// What contradicts itself is an error that says where.
func TestFrameErrors(t *testing.T) {
	for _, c := range []struct {
		name       string
		codec      h26x.Codec
		lengthSize int
		frame      string
		want       string
	}{
		{"unit longer than the frame", h26x.AVC, 4, "00000005 65888400", "h26x: NAL unit of 5 bytes, 4 are left at 0x0"},
		{"length cut off", h26x.AVC, 4, "00000002 6588 0001", "h26x: NAL unit of 1 bytes, 0 are left at 0x6"},
		{"length of all ones", h26x.AVC, 4, "ffffffff 65888400", "h26x: NAL unit of 4294967295 bytes, 4 are left at 0x0"},
		{"start code instead of a length", h26x.AVC, 4, "00000001 67640028 ac", "h26x: NAL unit of 1677732012 bytes, 0 are left at 0x5"},
		{"half a header", h26x.HEVC, 2, "0001 26", "h26x: NAL unit of 1 bytes, its header has 2 at 0x2"},
		{"forbidden bit", h26x.AVC, 1, "02 e588", "h26x: NAL unit header e5, which is forbidden at 0x1"},
		{"no temporal id", h26x.VVC, 1, "03 0038 88", "h26x: NAL unit header 0038, which is forbidden at 0x1"},
		{"length size", h26x.AVC, 5, "00", "h26x: lengths of 5 bytes, 1 to 4 are possible at 0x0"},
		{"codec", 9, 4, "00", "h26x: codec 9 is unknown at 0x0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := unhex(c.frame)
			with(t, data, func(r *scrub.Reader) {
				p, err := (&h26x.Video{Codec: c.codec, LengthSize: c.lengthSize}).Frame(r, 0, int64(len(data)))
				if f := (*scrub.FormatError)(nil); !errors.As(err, &f) || err.Error() != c.want || p != nil {
					t.Errorf("%v, %v, want %s", p, err, c.want)
				}
			})
		})
	}
	with(t, []byte{1, 2}, func(r *scrub.Reader) {
		for _, off := range []int64{-1, 1, 3} {
			if _, err := (&h26x.Video{Codec: h26x.AVC, LengthSize: 4}).Frame(r, off, 2); err == nil {
				t.Errorf("a frame at %d outside the medium", off)
			}
		}
	})
}

func TestLengthSizes(t *testing.T) {
	unit := seiUnit(h26x.AVC, msg(5, []byte("cam7")))
	for size := 1; size <= 4; size++ {
		var f []byte
		for _, u := range [][]byte{unit, sliceUnit(h26x.AVC)} {
			f = append(f, binary.BigEndian.AppendUint32(nil, uint32(len(u)))[4-size:]...)
			f = append(f, u...)
		}
		f = append(f, make([]byte, 2*size+1)...) // padding
		_, after := perform(t, toy(h26x.AVC, size, 'f', f), true)
		if bytes.Contains(after, []byte("cam7")) {
			t.Errorf("length size %d: text stays", size)
		}
	}
}

// What nobody knows is left and told of; what is left over says nothing.
func TestDoubts(t *testing.T) {
	for _, c := range []struct {
		name  string
		codec h26x.Codec
		unit  string
		want  string
	}{
		{"reserved in H.266", h26x.VVC, "00d1" + text("serial"), "NAL unit of type 26"},
		{"message that runs over", h26x.AVC, "06 05 40" + text("serial") + "80", "don't add up"},
		{"half a message after one", h26x.AVC, "06 93 01 02 05 40 41 80", "don't add up"},
		{"type without end", h26x.AVC, "06 ffffffff", "don't add up"},
		{"size without end", h26x.AVC, "06 05 ffffffff 80", "don't add up"},
		{"start code inside", h26x.AVC, "06 05 06 41 000001 42 43 80", "don't add up"},
		{"long type among others", h26x.AVC, "06 93 01 02 ff05 02 4142 80", "don't add up"},
		{"escapes at the end among others", h26x.HEVC, "4e01 93 01 02 05 07 4142 000003 000003 01 93 01 02 80", "removed from among others"},
		{"before a type that is escaped", h26x.HEVC, "4e01 05 04 61626300 00 03 01 40 80", "removed from among others"},
		{"LCEVC", h26x.AVC, "06 04 05 b40050 0001 80", "not looked into"},
		{"parameter set of H.266", h26x.VVC, "0079" + text("serial"), "not looked into"},
		{"subset of H.264", h26x.AVC, "6f 640028 acd9", "not looked into"},
		{"parameter set cut off", h26x.AVC, "67 6400", "can't be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := toy(c.codec, 4, 'f', frame(unhex(c.unit), sliceUnit(c.codec)))
			p, after := perform(t, data, false)
			if p.Status() != scrub.Partly || !bytes.Equal(data, after) || !strings.Contains(strings.Join(p.Doubts, " "), c.want) {
				t.Errorf("%s %q, want %s", p.Status(), p.Doubts, c.want)
			}
		})
	}
}

// A message without end in a unit of many is as many pieces as are told of.
func TestManyMessages(t *testing.T) {
	unit := append([]byte{6}, bytes.Repeat([]byte{0xc8, 0}, 5000)...)
	data := frame(append(unit, 0x80))
	with(t, data, func(r *scrub.Reader) {
		p, err := (&h26x.Video{Codec: h26x.AVC, LengthSize: 4}).Frame(r, 0, int64(len(data)))
		if err != nil || len(p) != 1 || len(p[0].Edits) > 0 || p[0].Kind != scrub.Unknown {
			t.Errorf("%v, %v", p, err)
		}
	})
	data = bytes.Repeat(frame(seiUnit(h26x.AVC, msg(5, []byte("cam7")))), 2000)
	with(t, data, func(r *scrub.Reader) {
		if _, err := (&h26x.Video{Codec: h26x.AVC, LengthSize: 4}).Frame(r, 0, int64(len(data))); err == nil {
			t.Error("2000 messages in a frame")
		}
	})
}

// What is too long to hold is told of and left.
func TestLongMessage(t *testing.T) {
	data := frame(seiUnit(h26x.HEVC, msg(5, bytes.Repeat([]byte("x"), scrub.MaxPiece))))
	with(t, data, func(r *scrub.Reader) {
		p, err := (&h26x.Video{Codec: h26x.HEVC, LengthSize: 4}).Frame(r, 0, int64(len(data)))
		if err != nil || len(p) != 1 || len(p[0].Edits) > 0 || p[0].Kind != scrub.Unknown {
			t.Errorf("%v, %v", p, err)
		}
	})
}

// Filler data of any length may follow a slice, and stays what it is there.
func TestFillerAfterSlice(t *testing.T) {
	filler := append(append([]byte{12}, bytes.Repeat([]byte("serial"), 300)...), 0x80)
	data := toy(h26x.AVC, 4, 'f', frame(sliceUnit(h26x.AVC), filler))
	_, after := perform(t, data, true)
	got := after[len(after)-len(filler):]
	want := append(append([]byte{12}, bytes.Repeat([]byte{0xff}, 1800)...), 0x80)
	if !bytes.Equal(got, want) {
		t.Errorf("filler became % x", got[:20])
	}
}

// Wherever sector boundaries lie, each state on the way decodes.
func TestStates(t *testing.T) {
	first := msg(144, []byte{0, 0, 1, 0x40})
	last := msg(144, []byte{0, 0, 0, 0x40})
	for name, unit := range map[string][]byte{
		"alone":              seiUnit(h26x.AVC, msg(5, secret(300, 6))),
		"alone, long":        seiUnit(h26x.AVC, msg(5, secret(700, 0))),
		"among":              seiUnit(h26x.AVC, first, msg(5, secret(300, 6)), last),
		"among, longer size": seiUnit(h26x.AVC, first, msg(5, secret(252, 4)), last),
		"among, two":         seiUnit(h26x.AVC, first, msg(5, secret(505, 3)), msg(136, secret(60, 2)), last),
		"after zeros":        seiUnit(h26x.AVC, msg(144, []byte{1, 1, 0, 0}), msg(5, secret(200, 2)), last),
	} {
		for pad := range 24 {
			t.Run(fmt.Sprintf("%s/%d", name, pad), func(t *testing.T) {
				head := make([]byte, 480+pad)
				head[0] = 0x65
				data := toy(h26x.AVC, 4, 'f', frame(head), frame(unit, sliceUnit(h26x.AVC)))
				at := len(data) - len(unit) - 4 - len(sliceUnit(h26x.AVC))
				h := scrubtest.Harness{Engine: engine, Sound: true, Variants: -1}
				p := h.Laws(t, t.Name(), data)
				for what, state := range scrubtest.Steps(data, p) {
					decodes(t, what, state[at:at+len(unit)], unit)
				}
			})
		}
	}
}

// decodes holds an interrupted unit to being read: as filler data, or as
// messages that begin with those that stay.
func decodes(t *testing.T, what string, got, unit []byte) {
	t.Helper()
	if got[0] == 12 {
		return
	}
	types, bodies := read(t, h26x.AVC, got)
	before, old := read(t, h26x.AVC, unit)
	for i, typ := range before {
		if typ == 5 || typ == 136 {
			break
		}
		if types[i] != typ || !bytes.Equal(bodies[i], old[i]) {
			t.Errorf("%s: message %d is type %d", what, i, types[i])
		}
	}
}
