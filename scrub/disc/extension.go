package disc

import (
	"encoding/binary"
	"fmt"

	"untag/scrub"
)

// avchd is the type of an extension that an AVCHD camera writes (AVCHD Book 1; others are for
// pictures in pictures, three dimensions, and high dynamic range).
const avchd = 0x1000

// extensions deals with a block of extensions: how long it is, where their data begin, how many they
// are, and of each its type and version, where it lies, counted from the block, and its length.
func extensions(s *scrub.Scan, t table) error {
	const fixed, entry = 12, 12
	if t.end-t.off == 4 {
		return nil
	}
	if t.end-t.off < fixed {
		s.Doubt("block %s has %d bytes", t.name, t.end-t.off)
		s.Claim(t.off+4, t.end-t.off-4, scrub.Structure, t.name)
		return nil
	}
	n := int64(s.Get(t.off+11, 1)[0])
	last := t.off + fixed + n*entry
	if last > t.end {
		s.Doubt("block %s says %d extensions", t.name, n)
		s.Claim(t.off+4, t.end-t.off-4, scrub.Structure, t.name)
		return nil
	}
	s.Claim(t.off+4, last-t.off-4, scrub.Structure, t.name)
	for i := range n {
		b := s.Get(t.off+fixed+i*entry, entry)
		x := table{name: fmt.Sprintf("%s[%d]", t.name, i), off: t.off + int64(binary.BigEndian.Uint32(b[4:]))}
		x.end = x.off + int64(binary.BigEndian.Uint32(b[8:]))
		if x.off < last || x.end > t.end {
			s.Doubt("extension %d of block %s lies at 0x%x, up to 0x%x", i, t.name, x.off, x.end)
			break
		}
		between(s, last, x.off)
		last = x.end
		if binary.BigEndian.Uint16(b) != avchd {
			numbers(s, x.off, x.end, t.name)
			continue
		}
		if err := camera(s, x); err != nil {
			return err
		}
	}
	between(s, last, t.end)
	return nil
}

// What cameras tell in each of their blocks (AVCHD Book 2, 4.2 to 4.4): maker and model, a zone of
// time and a date of seven bytes in decimal digits, a name behind the code of its letters and its length.
var (
	menu = layout{306, []field{
		{0, 4, scrub.Device, "maker_ID"}, {4, 32, scrub.MakerNote, "maker_private_area"}, {40, 8, scrub.Time, "record_time_and_date"}, {50, 256, scrub.Comment, "AVCHD_name"},
	}}
	playlist = layout{276, []field{
		{0, 4, scrub.Device, "maker_ID"}, {4, 4, scrub.Hidden, "reserved"}, {10, 8, scrub.Time, "record_time_and_date"}, {20, 256, scrub.Comment, "PlayList_name"},
	}}
	clip = layout{4, []field{{0, 4, scrub.Device, "maker_ID"}}}
	mark = layout{66, []field{
		{0, 4, scrub.Device, "maker_ID"}, {4, 3, scrub.Hidden, "reserved"}, {10, 8, scrub.Time, "record_time_and_date"}, {19, 25, scrub.Comment, "mark_name"},
		{44, 16, scrub.MakerNote, "makers_information"}, {60, 4, scrub.Time, "time_code"}, {64, 2, scrub.Hidden, "reserved"},
	}}
)

// cameras are the blocks of what a camera adds to each kind of file. The last is its maker's own.
var cameras = map[string]struct {
	names []string
	first layout
}{
	"IDEX": {[]string{"UIAppInfoAVCHD", "TableOfPlayLists", private}, menu},
	"PLEX": {[]string{"PlayListMeta", marks, private}, playlist},
	"CLEX": {[]string{"ClipInfoExt", "ProgramInfoExt", private}, clip},
}

const (
	private = "MakersPrivateData"
	marks   = "PlayListMarkExt"
)

// camera deals with what a camera adds: a head like that of a file, and blocks.
func camera(s *scrub.Scan, x table) error {
	if x.end-x.off < head+4 {
		s.Doubt("extension %s has %d bytes", x.name, x.end-x.off)
		s.Claim(x.off, x.end-x.off, scrub.Structure, x.name)
		return nil
	}
	b := s.Get(x.off, head)
	c, ok := cameras[string(b[:4])]
	if !ok {
		s.Doubt("extension %s is of no known kind", x.name)
		s.Claim(x.off, x.end-x.off, scrub.Structure, x.name)
		return nil
	}
	s.Claim(x.off, head, scrub.Structure, x.name)
	at := []int64{x.off + head}
	for i := range c.names[1:] {
		a := int64(binary.BigEndian.Uint32(b[addresses+4*i:]))
		if a > 0 {
			a += x.off
		}
		at = append(at, a)
	}
	last, err := each(s, c.names, at, x.end, func(t table) error {
		place := string(b[:4]) + "/" + t.name
		switch t.name {
		case private:
			return owned(s, t, place)
		case marks:
			return marked(s, t, place)
		case c.names[0]:
			return known(s, t, place, c.first)
		}
		return known(s, t, place, layout{})
	})
	if err != nil {
		return err
	}
	between(s, last, x.end)
	return nil
}

// marked deals with the marks of a playlist: their number, and all of one length.
func marked(s *scrub.Scan, t table, place string) error {
	at := t.off + 4
	if t.end-at < 2 || (t.end-at-2)%mark.least != 0 || int64(binary.BigEndian.Uint16(s.Get(at, 2))) != (t.end-at-2)/mark.least {
		s.Doubt("the marks of a playlist are not as many as they say")
		return known(s, t, place, layout{})
	}
	s.Claim(at, 2, scrub.Structure, place)
	for at += 2; at < t.end; at += mark.least {
		if err := blank(s, at, mark.least, place, mark.fields); err != nil {
			return err
		}
	}
	return nil
}

// owned empties what belongs to the maker alone: serial numbers, names of people, positions. Its
// length goes last, so that after a stop the rest is still known as what it is.
func owned(s *scrub.Scan, t table, place string) error {
	n := t.end - t.off - 4
	if n == 0 {
		return nil
	}
	s.Claim(t.off+4, n, scrub.Identify, place)
	if s.Found(scrub.Finding{Kind: scrub.MakerNote, Place: place, Off: t.off + 4, Len: n}) {
		s.Fill(scrub.Unlink, t.off+4, n, 0)
		s.Fill(scrub.Destroy, t.off, 4, 0)
	}
	return nil
}
