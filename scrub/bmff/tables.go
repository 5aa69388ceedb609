package bmff

import (
	"slices"

	"untag/scrub/bmff/box"
)

// tables are where the sample tables of a track lie, which are read as streams:
// they have a million entries in a long video.
type tables struct {
	chunkOff  box.Column         // stco, co64: offset of each chunk
	runs      box.Column         // stsc: first chunk, samples per chunk, description
	sizes     box.Column         // stsz, stz2: size of each sample; empty if they are all alike
	constant  uint32             // the size of all samples, 0 if they differ
	samples   int64              // how many there are
	times     box.Column         // stts: how many samples last how long
	lasts     int64              // all of them, once complete was asked
	trouble   string             // what contradicts itself in the descriptions
	perPacket packet             // how QuickTime counts constant-rate sound
	described int64              // how many sample descriptions there are
	seen      map[string]int     // how often each of the needed tables is there
	auxiliary map[string]box.Box // senc, saiz, saio: see coverAuxiliary
}

// packet is what a QuickTime sound description says of constant-rate sound:
// frames samples take bytes bytes. Zero frames means that it says nothing.
type packet struct{ frames, bytes int64 }

// readTables notes the tables of stbl and reads the sample descriptions.
func (p *parser) readTables(b box.Box, t *track) error {
	t.tables.seen, t.tables.auxiliary = map[string]int{}, map[string]box.Box{}
	broken := false
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		var err error
		if slices.Contains(needed, c.Type) {
			t.tables.seen[c.Type]++
		}
		switch c.Type {
		case "stts":
			t.tables.times, err = p.Column(c, 4, 8)
		case "stco":
			t.tables.chunkOff, err = p.Column(c, 4, 4)
		case "co64":
			t.tables.chunkOff, err = p.Column(c, 4, 8)
		case "stsc":
			t.tables.runs, err = p.Column(c, 4, 12)
		case "stsz", "stz2":
			err = p.readSizes(c, t)
		case "stsd":
			err = p.readDescriptions(c, t)
		case "senc", "saiz", "saio":
			t.tables.auxiliary[c.Type], t.secret = c, true
		case "sgpd":
			typ, err := p.groupType(c)
			t.secret = t.secret || typ == "seig"
			return err
		}
		broken = broken || err != nil
		return err
	})
	if broken { // carefully: what is left of the tables tells nothing
		t.tables = tables{seen: t.tables.seen, trouble: "a sample table of a track can't be read"}
	}
	return err
}

// needed are the tables without which samples can't be found.
var needed = []string{"stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64"}

// complete tells what speaks against the tables of a track, "" if nothing does.
// Only tables that agree with each other prove that they cover all samples.
func (t *tables) complete() (string, error) {
	for _, either := range [][2]string{{"stsd", ""}, {"stts", ""}, {"stsc", ""}, {"stsz", "stz2"}, {"stco", "co64"}} {
		if t.seen[either[0]]+t.seen[either[1]] != 1 {
			return "a track lacks a sample table or has two", nil
		}
	}
	if t.trouble != "" {
		return t.trouble, nil
	}
	if t.described == 0 && t.samples > 0 {
		return "a track does not describe its samples", nil
	}
	var timed int64
	t.lasts = 0
	for i := range t.times.N {
		row, err := t.times.Row(i)
		if err != nil {
			return "", err
		}
		timed += int64(box.Uint32(row))
		t.lasts = min(1<<40, t.lasts+times(int64(box.Uint32(row)), int64(box.Uint32(row[4:])), 1<<40))
	}
	if timed != t.samples {
		return "the sample tables of a track do not agree", nil
	}
	return "", nil
}

func (p *parser) readSizes(b box.Box, t *track) error {
	if b.Size() < 12 {
		return p.Errorf(b.Off, "box %q has %d bytes, expected 20 or more", b.Name(), b.Len)
	}
	h, err := p.Bytes(b.Body()+4, 8)
	if err != nil {
		return err
	}
	t.tables.samples = int64(box.Uint32(h[4:]))
	if b.Type == "stsz" {
		if t.tables.constant = box.Uint32(h); t.tables.constant != 0 {
			if t.tables.samples > 0 && b.Size() >= 12+4*t.tables.samples {
				t.tables.seen["stsz"]++ // one size for all, and a size for each
			}
			return nil
		}
		t.tables.sizes, err = p.Column(b, 8, 4)
		return err
	}
	switch h[3] {
	case 4:
		t.tables.sizes = box.Column{Reader: p.Reader, Off: b.Body() + 12, N: t.tables.samples}
		if (t.tables.samples+1)/2 > b.End()-t.tables.sizes.Off {
			return p.Errorf(b.Off, "box \"stz2\" has no room for %d sizes", t.tables.samples)
		}
	case 8, 16:
		t.tables.sizes, err = p.Column(b, 8, int64(h[3])/8)
	default:
		return p.Errorf(b.Off, "box \"stz2\" has sizes of %d bits", h[3])
	}
	return err
}
