package h26x_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

// timedSPS is of libx264 with pic_struct_present_flag and without buffers.
var timedSPS = unhex("67 640015acd94288d8088000000300800000190f8a14cb")

// pack makes bytes of zeros and ones, and ends as payloads of messages do.
func pack(bits string) (b []byte) {
	if bits = strings.ReplaceAll(bits, " ", ""); len(bits)%8 > 0 {
		bits += "1"
	}
	for ; len(bits) > 0; bits = bits[min(8, len(bits)):] {
		v, _ := strconv.ParseUint((bits + "0000000")[:8], 2, 8)
		b = append(b, byte(v))
	}
	return b
}

// clock is the timestamp of a picture, in full.
func clock(hour, minute, second, frame, offset int) string {
	return fmt.Sprintf("1 00 0 00100 1 0 0 %08b %06b %06b %05b %024b", frame, second, minute, hour, offset)
}

// Clocks stop, whatever their digits, and nothing moves.
func TestClocks(t *testing.T) {
	for _, c := range []struct {
		name, bits string
		tells      bool
	}{
		{"a clock", "0000" + clock(18, 54, 41, 7, 0), true},
		{"zeros", "0000" + clock(0, 0, 0, 0, 0), false},
		{"midnight and a frame", "0000" + clock(0, 0, 0, 1, 0), true},
		{"two clocks", "0011" + clock(18, 54, 41, 7, 0) + clock(18, 54, 41, 7, 5), true},
		{"seconds alone", "0000 1 00 0 00100 0 0 0 00000111 1 101001 0" + strings.Repeat("0", 24), true},
		{"no clock", "0000 0", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := pack(c.bits)
			unit := seiUnit(h26x.AVC, msg(1, body))
			data := toy(h26x.AVC, 4, 'f', frame(timedSPS, unit, sliceUnit(h26x.AVC)))
			h := scrubtest.Harness{Engine: engine, Sound: true, Streams: true, States: 60, Variants: -1}
			p := h.Laws(t, c.name, data)
			if tells := len(p.Findings) > 0 && p.Findings[0].Kind == scrub.Time; tells != c.tells {
				t.Fatalf("tells %t: %v", tells, p.Findings)
			}
			after := scrubtest.Perform(data, p)
			at := bytes.Index(data, unit)
			types, bodies := read(t, h26x.AVC, after[at:at+len(unit)])
			if types[0] != 1 && types[0] != 3 || types[0] == 1 && bodies[0][0] != body[0] {
				t.Errorf("became messages %v, % x", types, bodies)
			}
		})
	}
}

// Of all times of a day and all frames, no trace is left: hours that look the same after.
func TestClocksAlike(t *testing.T) {
	left := map[string]bool{}
	for hour := range 24 {
		for minute := 0; minute < 60; minute += 7 {
			unit := seiUnit(h26x.AVC, msg(1, pack("0000"+clock(hour, minute, 33, 9, 0))))
			data := toy(h26x.AVC, 4, 'f', frame(timedSPS, unit, sliceUnit(h26x.AVC)))
			h := scrubtest.Harness{Engine: engine, States: -1, Variants: -1}
			after := scrubtest.Perform(data, h.Laws(t, "clock", data))
			left[string(after)] = true
		}
	}
	const ways = 5 // of constant digits, and a message that goes
	if len(left) > ways {
		t.Errorf("%d different results", len(left))
	}
}

// A message that can't be its syntax goes, or stays in doubt if the picture is drawn by it.
func TestMessagesOfOtherLengths(t *testing.T) {
	for typ, want := range map[int]scrub.Status{0: scrub.Dirty, 1: scrub.Dirty, 2: scrub.Dirty, 6: scrub.Partly, 47: scrub.Partly, 137: scrub.Dirty, 144: scrub.Dirty} {
		unit := seiUnit(h26x.AVC, msg(typ, bytes.Repeat([]byte{0xa7}, 40)))
		data := toy(h26x.AVC, 4, 'f', frame(timedSPS, unit, sliceUnit(h26x.AVC)))
		p, _ := perform(t, data, false)
		if p.Status() != want {
			t.Errorf("message of type %d: %s, want %s", typ, p.Status(), want)
		}
	}
}
