// Package samples tells where the samples of tracks lie (ISO/IEC 14496-12, 8.6 to 8.9): by
// the tables of a movie, which are read as streams, and by the runs of its fragments. What of
// these boxes no sample can have use of goes.
//
// Start with [Tables.Read] and [Chunks], or with [TrackFragment.Read] and [TrackRun].
package samples

import (
	"slices"

	"untag/scrub/bmff/box"
)

// Tables are where the sample tables of a track lie, which are read as streams:
// they have a million entries in a long video.
type Tables struct {
	Offsets   box.Column         // stco, co64: offset of each chunk
	Runs      box.Column         // stsc: first chunk, samples per chunk, description
	sizes     box.Column         // stsz, stz2: size of each sample; empty if they are all alike
	Constant  uint32             // the size of all samples, 0 if they differ
	Count     int64              // how many there are
	times     box.Column         // stts: how many samples last how long
	Lasts     int64              // all of them, in units of the track, once Complete was asked
	Trouble   string             // what contradicts itself in the descriptions; set by whoever reads them
	PerPacket Packet             // how QuickTime counts constant-rate sound; set by the same
	Described int64              // how many sample descriptions there are; set by the same
	seen      map[string]int     // how often each of the needed tables is there
	auxiliary map[string]box.Box // senc, saiz, saio
}

// Packet is what a QuickTime sound description says of constant-rate sound:
// so many frames take so many bytes. Zero frames means that it says nothing.
type Packet struct{ Frames, Bytes int64 }

// Read notes the tables of stbl, and has other look at what else is there. One that can't
// be read leaves nothing of all tables: carefully, what is left of them tells nothing.
func (t *Tables) Read(w *box.Walk, stbl box.Box, other func(box.Box) error) error {
	t.seen, t.auxiliary = map[string]int{}, map[string]box.Box{}
	broken := false
	_, err := w.Children(stbl.Body(), stbl.End(), func(c box.Box) (err error) {
		if slices.Contains(needed, c.Type) {
			t.seen[c.Type]++
		}
		switch c.Type {
		case "stts":
			t.times, err = w.Column(c, 4, 8)
		case "stco":
			t.Offsets, err = w.Column(c, 4, 4)
		case "co64":
			t.Offsets, err = w.Column(c, 4, 8)
		case "stsc":
			t.Runs, err = w.Column(c, 4, 12)
		case "stsz", "stz2":
			err = t.readSizes(w, c)
		case "senc", "saiz", "saio":
			t.auxiliary[c.Type] = c
			fallthrough
		default:
			err = other(c)
		}
		broken = broken || err != nil
		return err
	})
	if broken {
		*t = Tables{seen: t.seen, Trouble: "a sample table of a track can't be read"}
	}
	return err
}

// needed are the tables without which samples can't be found.
var needed = []string{"stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64"}

// Complete tells what speaks against the tables of a track, "" if nothing does.
// Only tables that agree with each other prove that they cover all samples.
func (t *Tables) Complete() (string, error) {
	for _, either := range [][2]string{{"stsd", ""}, {"stts", ""}, {"stsc", ""}, {"stsz", "stz2"}, {"stco", "co64"}} {
		if t.seen[either[0]]+t.seen[either[1]] != 1 {
			return "a track lacks a sample table or has two", nil
		}
	}
	if t.Trouble != "" {
		return t.Trouble, nil
	}
	if t.Described == 0 && t.Count > 0 {
		return "a track does not describe its samples", nil
	}
	var timed int64
	t.Lasts = 0
	for i := range t.times.N {
		row, err := t.times.Row(i)
		if err != nil {
			return "", err
		}
		timed += int64(box.Uint32(row))
		t.Lasts = min(1<<40, t.Lasts+Times(int64(box.Uint32(row)), int64(box.Uint32(row[4:])), 1<<40))
	}
	if timed != t.Count {
		return "the sample tables of a track do not agree", nil
	}
	return "", nil
}

// readSizes notes stsz or stz2 (8.7.3).
func (t *Tables) readSizes(w *box.Walk, b box.Box) (err error) {
	if b.Size() < 12 {
		return w.Errorf(b.Off, "box %q has %d bytes, expected 20 or more", b.Name(), b.Len)
	}
	h := w.Get(b.Body()+4, 8)
	t.Count = int64(box.Uint32(h[4:]))
	if b.Type == "stsz" {
		if t.Constant = box.Uint32(h); t.Constant != 0 {
			if t.Count > 0 && b.Size() >= 12+4*t.Count {
				t.seen["stsz"]++ // one size for all, and a size for each
			}
			return nil
		}
		t.sizes, err = w.Column(b, 8, 4)
		return err
	}
	switch h[3] {
	case 4:
		t.sizes = box.Column{Reader: w.Reader, Off: b.Body() + 12, N: t.Count}
		if (t.Count+1)/2 > b.End()-t.sizes.Off {
			return w.Errorf(b.Off, "box \"stz2\" has no room for %d sizes", t.Count)
		}
	case 8, 16:
		t.sizes, err = w.Column(b, 8, int64(h[3])/8)
	default:
		return w.Errorf(b.Off, "box \"stz2\" has sizes of %d bits", h[3])
	}
	return err
}

// Durations are the durations of all samples, in their order.
func (t *Tables) Durations() durations { return durations{c: t.times} }

// durations reads stts sample by sample.
type durations struct {
	c                 box.Column
	row, left, length int64
	at                int64
}

// Next returns when the next sample starts and how long it lasts, in units of the track.
func (d *durations) Next() (start, length int64, err error) {
	for d.left == 0 && d.row < d.c.N {
		row, err := d.c.Row(d.row)
		if err != nil {
			return 0, 0, err
		}
		d.row++
		d.left, d.length = int64(box.Uint32(row)), int64(box.Uint32(row[4:]))
	}
	d.left--
	start = d.at
	d.at += d.length
	return start, d.length, nil
}
