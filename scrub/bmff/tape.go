package bmff

import (
	"slices"

	"untag/scrub"
)

// tapeFormats are the sample formats of DV (IEC 61834, SMPTE 314M, SMPTE 370M).
var tapeFormats = []string{"dvc ", "dvcp", "dvpp", "dvp ", "dv5n", "dv5p", "dvh1", "dvh2", "dvh3", "dvh4", "dvh5", "dvh6", "dvhp", "dvhq", "AVdv", "AVd1", "dvsd", "DVSD"}

func (t *track) tape() bool {
	return slices.ContainsFunc(t.formats, func(f string) bool { return slices.Contains(tapeFormats, f) })
}

// cameraFormats are sample formats whose frames hold metadata of the camera that
// is not looked at: CineForm, ProRes RAW, Blackmagic RAW.
func (t *track) cameraFormat() bool {
	return slices.ContainsFunc(t.formats, func(f string) bool {
		return f == "CFHD" || f == "aprn" || f == "aprh" || slices.Contains([]string{"brhq", "brst", "br64", "brxq", "brvn", "brs2", "brxh"}, f)
	})
}

// difBlock is the length of a block of DV, and what its first three bits say.
const (
	difBlock   = 80
	difSubcode = 1
	difVideo   = 2 // auxiliary data of video
	difAudio   = 3
)

// inspectTape doubts a frame of DV that tells when it was recorded. The packs that
// do so stand in a hundred places of each frame.
func (p *parser) inspectTape(f sample) error {
	b, err := p.s.Bytes(f.off, int(min(f.len, scrub.MaxPiece)))
	if err != nil {
		return err
	}
	for ; len(b) >= difBlock; b = b[difBlock:] {
		if tellsDate(b[:difBlock]) {
			p.s.Doubt("frames of DV tell when they were recorded")
			return nil
		}
	}
	return nil
}

// tellsDate looks for packs of date and time of recording that are filled in.
func tellsDate(block []byte) bool {
	first, step, n := 3, 5, 15
	switch block[0] >> 5 {
	case difSubcode:
		first, step, n = 6, 8, 6
	case difVideo:
	case difAudio:
		n = 1
	default:
		return false
	}
	for i := range n {
		pack := block[first+step*i : first+step*i+5]
		dated := pack[0] == 0x62 || pack[0] == 0x63 || pack[0] == 0x52 || pack[0] == 0x53
		if dated && string(pack[1:]) != "\xff\xff\xff\xff" && string(pack[1:]) != "\x00\x00\x00\x00" {
			return true
		}
	}
	return false
}
