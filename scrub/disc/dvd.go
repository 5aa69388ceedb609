package disc

import (
	"encoding/binary"

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
	lasts  = 0x1c // the last sector of the tables
	texts  = 0xd4 // the first one of texts about the titles
)

// volume and titles are what is no number in the first sector of a disc's tables, and of those of a set of titles.
var (
	volume = []field{
		{0x10, 12, scrub.Hidden, "reserved"}, {0x2b, 19, scrub.Hidden, "reserved"}, {0x40, 32, scrub.Software, "provider_identifier"}, {0x60, 8, scrub.ID, "POS_code"},
		{0x68, 24, scrub.Hidden, "reserved"}, {0x88, 56, scrub.Hidden, "reserved"}, {0xe0, 32, scrub.Hidden, "reserved"},
	}
	titles = []field{{0x10, 12, scrub.Hidden, "reserved"}, {0x26, 90, scrub.Hidden, "reserved"}, {0x84, 60, scrub.Hidden, "reserved"}, {0xe8, 24, scrub.Hidden, "reserved"}}
)

func dvd(s *scrub.Scan) error {
	if s.Size() < sector || s.Size() > most {
		return s.Unsupportedf(0, "tables of %d bytes", s.Size())
	}
	b := s.Get(0, sector)
	fields, place := titles, "VTSI_MAT"
	if b[10] == 'M' { // DVDVIDEO-VMG
		fields, place = volume, "VMGI_MAT"
	}
	end := (int64(binary.BigEndian.Uint32(b[lasts:])) + 1) * sector
	if end > s.Size() {
		s.Doubt("the tables say that they have %d bytes, %d are there", end, s.Size())
		numbers(s, 0, s.Size(), place)
		return nil
	}
	if err := blank(s, 0, sector, place, fields); err != nil {
		return err
	}
	if place == "VMGI_MAT" {
		if err := named(s, int64(binary.BigEndian.Uint32(b[texts:]))*sector, end); err != nil {
			return err
		}
	} else {
		numbers(s, sector, end, "VTSI")
	}
	s.End(scrub.End{Off: end, Proof: scrub.Counted})
	return nil
}

// named claims the tables of a disc behind their first sector. Texts begin at off, 0 if there are none:
// what the disc is called, how many languages it has, and where the last byte is. They are emptied before
// what leads to them, so that after a stop the rest is still known as what it is.
func named(s *scrub.Scan, off, end int64) error {
	const fixed, unit = 20, 8
	if off == 0 {
		numbers(s, sector, end, "VMGI")
		return nil
	}
	n := int64(0)
	if off >= sector && off <= end-fixed && alone(s, off) {
		b := s.Get(off, fixed)
		units := int64(binary.BigEndian.Uint16(b[14:]))
		if n = int64(binary.BigEndian.Uint32(b[16:])) + 1; n < fixed+units*unit || n > end-off || units == 0 {
			n = 0
		}
		if s.Zeros(off, 16) { // an earlier run
			n = fixed
		}
	}
	if n == 0 {
		s.Doubt("texts about titles at 0x%x can't be read", off)
		numbers(s, sector, end, "VMGI")
		return nil
	}
	numbers(s, sector, off, "VMGI")
	s.Claim(off, n, scrub.Identify, "TXTDT_MGI")
	numbers(s, off+n, end, "VMGI")
	if s.Found(scrub.Finding{Kind: scrub.Caption, Place: "TXTDT_MGI", Off: off, Len: n}) {
		s.Fill(scrub.Unlink, off+fixed, n-fixed, 0)
		s.Fill(scrub.Destroy, off, fixed, 0)
		s.Put(scrub.Repair, texts, make([]byte, 4))
	}
	return nil
}

// alone tells whether no other table begins where the texts do.
func alone(s *scrub.Scan, off int64) bool {
	const first, number = 0xc0, 8
	b := s.Get(first, 4*number)
	for i := range number {
		if at := first + 4*i; at != texts && int64(binary.BigEndian.Uint32(b[4*i:]))*sector == off {
			return false
		}
	}
	return true
}
