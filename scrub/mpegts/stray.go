package mpegts

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/codec"
)

// tell reports a run of packets.
func (p *parser) tell(x *pid) {
	const long, little = 16 * packet, 1 << 20
	if x.run.Len > 0 && (!x.told || x.run.Len >= long || p.S.Size() < little) {
		p.S.Found(scrub.Finding{Kind: x.kind, Place: x.place, Off: x.run.Off, Len: x.run.Len, Value: x.value})
		x.told, x.value = true, ""
	}
	x.run = scrub.Range{}
}

// describe returns what reads as text in a packet.
func describe(t []byte) (text string) {
	const word = 4
	for from := 0; from < len(t); from++ {
		n := from
		for n < len(t) && t[n] >= ' ' && t[n] < 0x7f {
			n++
		}
		if n-from >= word {
			if text != "" {
				text += ", "
			}
			text += string(t[from:n])
		}
		from = n
	}
	return text
}

// mostStrays bounds the packets without a table that are remembered.
const mostStrays = 1 << 17

func (p *parser) stray(x *pid, off int64) error {
	if p.strays++; p.strays > mostStrays {
		p.S.Doubt("there are more packets that no table tells of than can be kept account of")
		return nil
	}
	x.strays = append(x.strays, off)
	return nil
}

// settleStrays decides about packets that no table tells of. They go where all programs have
// their tables, unless they carry picture or sound, or are too few to be more than packets
// whose number is damaged.
func (p *parser) settleStrays() {
	const few = 4
	whole := !p.trouble && !p.sealed && p.pids[0].good && len(p.programs) > 0
	for number := range p.programs {
		whole = whole && p.maps[number]
	}
	for _, x := range p.pids {
		if x == nil || x.fate != stray || len(x.strays) == 0 {
			continue
		}
		if !whole || misplaced(x.first) || len(x.strays) < few && x.starts == 0 {
			p.S.Doubt("there are packets that no table tells of")
			continue
		}
		x.fate, x.kind = gone, scrub.Telemetry
		x.value = describe(x.first)
		for _, off := range x.strays {
			p.away(x, off, emptyPacket, nil)
		}
	}
}

// carries tells whether a packet begins picture or sound, or may.
func carries(first []byte) bool {
	if len(first) < 9 || !bytes.HasPrefix(first, []byte{0, 0, 1}) {
		return false
	}
	if id := first[3]; id >= 0xc0 && id <= 0xef {
		return true
	}
	in := first[min(len(first), 9+int(first[8])):]
	return first[3] == 0xbd && sounds(in)
}

// syncs are what the bodies of packets begin with: of AC-3, DTS, MPEG audio, AAC, and of video
// with start codes.
var syncs = map[string]codec.Kind{
	"\x0b\x77": codec.AC3, "\x7f\xfe\x80\x01": codec.AC3, "\x7f\xe0": codec.Plain, "\x00\x00\x01": codec.Plain, "\x00\x00\x00\x01": codec.Plain,
	"\xff\xfd": codec.Plain, "\xff\xfb": codec.MP3, "\xff\xf3": codec.MP3, "\xff\xf1": codec.ADTS, "\xff\xf9": codec.ADTS, "\x56\xe0": codec.LOAS,
}

// soundOf is how the body of a private packet is coded that begins as picture or sound does.
func soundOf(b []byte) codec.Kind {
	for magic, kind := range syncs {
		if bytes.HasPrefix(b, []byte(magic)) {
			return kind
		}
	}
	return codec.Unknown
}

func sounds(b []byte) bool { return soundOf(b) != codec.Unknown }
