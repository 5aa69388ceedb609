package entry

import (
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
)

// sampleBytes is what one channel of one sample takes in the uncompressed
// formats of QuickTime, whose tables may say 1 instead.
var sampleBytes = map[string]int64{
	"raw ": 1, "NONE": 1, "twos": 2, "sowt": 2, "in24": 3, "in32": 4, "fl32": 4, "fl64": 8, "ulaw": 1, "alaw": 1,
}

// readSound notes how many bytes constant-rate sound takes by its description:
// version 1 counts packets, version 2 frames, version 0 channels and bits.
func (w reader) readSound(t *Track, e entry) error {
	h, err := w.Bytes(e.Off, int(min(e.Len, soundFields+36)))
	if err != nil {
		return err
	}
	channels, bits := int64(box.Uint16(h[24:])), int64(box.Uint16(h[26:]))
	switch version := box.Uint16(h[16:]); {
	case version == 1 && e.version == 0 && len(h) >= 52:
		t.Tables.PerPacket = samples.Packet{Frames: int64(box.Uint32(h[36:])), Bytes: int64(box.Uint32(h[44:]))}
	case version == 2 && len(h) >= 72:
		t.Tables.PerPacket = samples.Packet{Frames: int64(box.Uint32(h[68:])), Bytes: int64(box.Uint32(h[64:]))}
	case version == 0 && sampleBytes[e.Type] > 0:
		if channels == 0 || bits%8 != 0 || bits > 64 {
			t.Tables.Trouble = "a track of sound contradicts itself"
			return nil
		}
		width := sampleBytes[e.Type]
		if width <= 2 && bits > 0 && e.Type != "ulaw" && e.Type != "alaw" {
			width = (bits + 7) / 8
		}
		t.Tables.PerPacket = samples.Packet{Frames: 1, Bytes: channels * width}
	}
	if q := t.Tables.PerPacket; q.Frames > 0 && q.Bytes == 0 {
		t.Tables.PerPacket = samples.Packet{}
	}
	return nil
}
