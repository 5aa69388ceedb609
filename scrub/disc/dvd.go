package disc

import (
	"cmp"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/sniff"
)

// DVD is the tables of a DVD, and their backups (DVD-Video, as libdvdread reads it): numbers in
// sectors, of which the first tells where the others are.
var DVD = scrub.Format{
	Name: "dvd", Title: "tables of a DVD", Extensions: []string{"ifo", "bup"},
	Sniff: sniff.Like("DVDVIDEO-VMG", "DVDVIDEO-VTS"),
	Parse: dvd,
}

const (
	sector = 2048
	texts  = "TXTDT_MGI"
)

// part is a table that the first sector leads to: where that says which sector it begins with, and where
// the table says which byte is its last one.
type part struct {
	name     string
	at, last int64
}

// first is the first sector of the tables of a disc, or of a set of titles.
type first struct {
	name   string
	fields []field
	parts  []part
}

var (
	volume = first{"VMGI_MAT", []field{
		{0x10, 12, scrub.Hidden, "reserved"}, {0x2b, 19, scrub.Hidden, "reserved"}, {0x40, 32, scrub.Software, "provider_identifier"}, {0x60, 8, scrub.ID, "POS_code"},
		{0x68, 24, scrub.Hidden, "reserved"}, {0x88, 56, scrub.Hidden, "reserved"}, {0xe0, 32, scrub.Hidden, "reserved"}, {0x10c, 73, scrub.Hidden, "reserved"}, {0x15c, 0x2a4, scrub.Hidden, "reserved"},
	}, []part{{"TT_SRPT", 0xc4, 4}, {"VMGM_PGCI_UT", 0xc8, 4}, {"PTL_MAIT", 0xcc, 4}, {"VTS_ATRT", 0xd0, 4}, {"VMGM_C_ADT", 0xd8, 4}, {"VMGM_VOBU_ADMAP", 0xdc, 0}, {texts, 0xd4, 16}}}
	titles = first{"VTSI_MAT", []field{
		{0x10, 12, scrub.Hidden, "reserved"}, {0x26, 90, scrub.Hidden, "reserved"}, {0x84, 60, scrub.Hidden, "reserved"}, {0xe8, 24, scrub.Hidden, "reserved"},
		{0x10c, 73, scrub.Hidden, "reserved"}, {0x15c, 164, scrub.Hidden, "reserved"}, {0x244, 17, scrub.Hidden, "reserved"}, {0x3d8, 40, scrub.Hidden, "reserved"},
	}, []part{
		{"VTS_PTT_SRPT", 0xc8, 4}, {"VTS_PGCIT", 0xcc, 4}, {"VTSM_PGCI_UT", 0xd0, 4}, {"VTS_TMAPT", 0xd4, 4},
		{"VTSM_C_ADT", 0xd8, 4}, {"VTSM_VOBU_ADMAP", 0xdc, 0}, {"VTS_C_ADT", 0xe0, 4}, {"VTS_VOBU_ADMAP", 0xe4, 0},
	}}
)

func dvd(s *scrub.Scan) error {
	if s.Size() < sector || s.Size() > most {
		return s.Unsupportedf(0, "tables of %d bytes", s.Size())
	}
	const attributes, play, last, lasts = 0x400, 0x84, 0x80, 0x1c
	b := s.Get(0, sector)
	number := func(at int64) int64 { return int64(binary.BigEndian.Uint32(b[at:])) }
	f := titles
	if b[10] == 'M' { // DVDVIDEO-VMG
		f = volume
	}
	end := (number(lasts) + 1) * sector
	if own := number(last) + 1; end > s.Size() || own < attributes || own > end || f.name == volume.name && number(play) > 0 && number(play) < attributes {
		s.Doubt("%s contradicts itself", f.name)
		numbers(s, 0, s.Size(), f.name)
		return nil
	}
	fields := f.fields
	if f.name == titles.name {
		fields = unused(fields, int64(b[0x203]), int64(b[0x255]))
	}
	before := s.Point()
	if err := blank(s, 0, number(last)+1, f.name, fields); err != nil {
		return err
	}
	between(s, parts(s, f.parts, number, number(last)+1, end), end)
	e := scrub.End{Off: end, Proof: scrub.Counted}
	if s.Doubted(before) {
		e.Proof, e.Doubt = scrub.Said, contradicts
	}
	s.End(e)
	return nil
}

// unused adds the attributes of sound and subtitles which a set of titles has room for and doesn't have.
func unused(fields []field, sounds, subtitles int64) []field {
	const most, audio, subtitle, multichannel = 8, 8, 6, 24
	sounds, subtitles = min(sounds, most), min(subtitles, 4*most)
	return slices.SortedFunc(slices.Values(append(slices.Clone(fields),
		field{0x204 + audio*sounds, audio * (most - sounds), "", ""},
		field{0x256 + subtitle*subtitles, subtitle*(4*most-subtitles) + 2, "", ""},
		field{0x318 + multichannel*sounds, multichannel * (most - sounds), "", ""},
	)), func(a, b field) int { return cmp.Compare(a.at, b.at) })
}

// parts claims the tables of a DVD behind its first sector, which ends at done, and returns where the last one ends.
func parts(s *scrub.Scan, all []part, number func(int64) int64, done, end int64) int64 {
	there := slices.DeleteFunc(slices.Clone(all), func(p part) bool { return number(p.at) == 0 })
	slices.SortStableFunc(there, func(a, b part) int { return cmp.Compare(number(a.at), number(b.at)) })
	for i, p := range there {
		const fixed = 20
		off := number(p.at) * sector
		if off < done || off > end-fixed {
			s.Doubt("%s begins at 0x%x, expected 0x%x or later", p.name, off, done)
			break
		}
		room := end - off
		if i+1 < len(there) {
			room = min(room, number(there[i+1].at)*sector-off)
		}
		n := int64(binary.BigEndian.Uint32(s.Get(off+p.last, 4))) + 1
		if n > room || n < p.last+4 && p.name != texts {
			s.Doubt("%s says %d bytes, has room for %d", p.name, n, room)
			break
		}
		between(s, done, off)
		if done = off + n; p.name != texts {
			numbers(s, off, done, p.name)
			continue
		}
		done = max(done, off+fixed)
		if room < fixed || !named(s, p, off, n) {
			break
		}
	}
	return done
}

// named has texts about titles go: what the disc is called, how many languages it has, and where the last
// byte is. They are emptied before what leads to them, so that after a stop the rest is still known as what it is.
func named(s *scrub.Scan, p part, off, n int64) bool {
	const fixed, unit = 20, 8
	b := s.Get(off, fixed)
	if units := int64(binary.BigEndian.Uint16(b[14:])); !s.Zeros(off, 16) && (units == 0 || n < fixed+units*unit) {
		s.Doubt("%s can't be read", p.name)
		numbers(s, off, off+max(n, fixed), p.name)
		return false
	}
	n = max(n, fixed)
	s.Claim(off, n, scrub.Identify, p.name)
	if s.Found(scrub.Finding{Kind: scrub.Caption, Place: p.name, Off: off, Len: n}) {
		s.Fill(scrub.Unlink, off+fixed, n-fixed, 0)
		s.Fill(scrub.Destroy, off, fixed, 0)
		s.Put(scrub.Repair, p.at, make([]byte, 4))
	}
	return true
}
