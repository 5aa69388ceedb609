// Package disc cleans the tables that stand beside the films of discs, and on the cards of cameras that
// write like one: AVCHD and Blu-ray (folder BDMV), DVD (folder VIDEO_TS). Players need them, nearly all
// of them are numbers, and what is none becomes zeros in place.
package disc

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/sniff"
)

// BDMV is the tables of AVCHD and Blu-ray: indexes, playlists, clip information, movie objects (Blu-ray
// Disc Read-Only Format part 3; AVCHD Book 1 and 2, as MediaInfo, the XMP Toolkit and libbluray read
// them). A file is a head of addresses and the blocks they lead to, each of which begins with its length.
// What a camera adds is in the last block: who shot when, where, and with which camera. It keeps its
// form, so that the camera finds its tables as it left them.
var BDMV = scrub.Format{
	Name: "bdmv", Title: "tables of AVCHD and Blu-ray", Extensions: []string{"mpls", "mpl", "clpi", "cpi", "bdm", "bdmv"},
	Sniff: sniff.Like("MPLS0?00", "HDMV0?00", "INDX0?00", "MOBJ0?00", "BDID0?00"),
	Parse: bdmv,
}

const (
	head      = 40      // magic, version, addresses, reserved
	addresses = 8       // where they begin
	most      = 4 << 20 // bytes of a file; those of a film of eight hours have a tenth of it
	extension = "ExtensionData"

	contradicts = "the tables contradict themselves"
)

// blocks are the blocks of each kind of file. The first stands behind the head, the others where its addresses say.
var blocks = map[string][]string{
	"INDX": {"AppInfoBDMV", "Indexes", extension},
	"MOBJ": {"MovieObjects", extension},
	"MPLS": {"AppInfoPlayList", "PlayList", "PlayListMark", extension},
	"HDMV": {"ClipInfo", "SequenceInfo", "ProgramInfo", "CPI", "ClipMark", extension},
}

// field is a field of a block that is no number players need. at counts from behind the length of the block.
// One without a kind is unused as far as counts say, which may be wrong.
type field struct {
	at, n int64
	kind  scrub.Kind
	name  string
}

// layout is what is known of a block: how long its fixed part is, and what becomes zeros.
type layout struct {
	least  int64
	fields []field
}

// layouts are of blocks in which there is more than numbers.
var layouts = map[string]layout{
	"AppInfoBDMV": {34, []field{{2, 32, scrub.Comment, "user_data"}}},
	"ClipInfo":    {176, []field{{16, 128, scrub.Hidden, "reserved"}, {151, 25, scrub.Hidden, "stream_format_name"}}},
}

// table is a block in its place.
type table struct {
	name     string
	off, end int64
}

func bdmv(s *scrub.Scan) error {
	if s.Size() < head || s.Size() > most {
		return s.Unsupportedf(0, "tables of %d bytes", s.Size())
	}
	b := s.Get(0, head)
	if string(b[:4]) == "BDID" {
		return identity(s)
	}
	names := blocks[string(b[:4])]
	if names == nil {
		return s.Errorf(0, "magic %q", b[:4])
	}
	used := int64(addresses + 4*(len(names)-1))
	s.Claim(0, used, scrub.Structure, "header")
	if err := s.Blank(used, head-used, 0, scrub.Hidden, "header/reserved"); err != nil {
		return err
	}
	at := []int64{head}
	for i := range names[1:] {
		at = append(at, int64(binary.BigEndian.Uint32(b[addresses+4*i:])))
	}
	before := s.Point()
	end, err := each(s, names, at, s.Size(), func(t table) error {
		if t.name == extension {
			return extensions(s, t)
		}
		return known(s, t, t.name, layouts[t.name])
	})
	if err != nil {
		return err
	}
	e := scrub.End{Off: end, Proof: scrub.Counted}
	if s.Doubted(before) {
		e.Proof, e.Doubt = scrub.Said, contradicts
	}
	s.End(e)
	return nil
}

// identity clears who published a disc, and which one it is (CERTIFICATE/id.bdmv): they stand right behind the head.
func identity(s *scrub.Scan) error {
	const organisation, disc = 4, 16
	if s.Size() < head+organisation+disc {
		s.Doubt("the identity of a disc is cut short")
		numbers(s, 0, s.Size(), "BDID")
		return nil
	}
	return blank(s, 0, s.Size(), "BDID", []field{{16, head - 16, scrub.Hidden, "reserved"}, {head, organisation, scrub.ID, "org_ID"}, {head + organisation, disc, scrub.ID, "disc_ID"}})
}

// each visits the blocks that begin at the given addresses, 0 for one that is not there. They stand in
// order and before end; what is between them has to be zeros. It returns where the last one ends.
func each(s *scrub.Scan, names []string, at []int64, end int64, visit func(table) error) (last int64, err error) {
	last = at[0]
	for i, off := range at {
		if off == 0 {
			continue
		}
		if off < last || off > end-4 {
			s.Doubt("block %s begins at 0x%x, expected 0x%x or later", names[i], off, last)
			break
		}
		n := int64(binary.BigEndian.Uint32(s.Get(off, 4)))
		if n > end-off-4 {
			s.Doubt("block %s says %d bytes, %d are left", names[i], n, end-off-4)
			break
		}
		between(s, last, off)
		s.Claim(off, 4, scrub.Structure, names[i])
		last = off + 4 + n
		if err := visit(table{names[i], off, last}); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// between claims what is between blocks. A length that is wrong leaves numbers there.
func between(s *scrub.Scan, off, end int64) {
	if s.Zeros(off, end-off) {
		s.Claim(off, end-off, scrub.Filler, "padding")
		return
	}
	s.Doubt("bytes between blocks at 0x%x", off)
	s.Claim(off, end-off, scrub.Structure, "between")
}

// known claims a block whose layout is known, all of it as numbers where it has none.
func known(s *scrub.Scan, t table, place string, l layout) error {
	at := t.off + 4
	if t.end-at < l.least {
		s.Doubt("block %s has %d bytes, expected %d", t.name, t.end-at, l.least)
		l.fields = nil
	}
	return blank(s, at, t.end-at, place, l.fields)
}

// blank has the fields of n bytes at off become zeros; the rest are numbers.
func blank(s *scrub.Scan, off, n int64, place string, fields []field) error {
	done := off
	for _, f := range fields {
		numbers(s, done, off+f.at, place)
		if f.kind == "" {
			between(s, off+f.at, off+f.at+f.n)
		} else if err := s.Blank(off+f.at, f.n, 0, f.kind, place+"/"+f.name); err != nil {
			return err
		}
		done = off + f.at + f.n
	}
	numbers(s, done, off+n, place)
	return nil
}

// numbers claims what holds no words for people.
func numbers(s *scrub.Scan, off, end int64, place string) {
	const word = 13 // the magic of a DVD has twelve letters
	if end <= off {
		return
	}
	s.Claim(off, end-off, scrub.Structure, place)
	if coded.Tells(s.Get(off, int(end-off)), word) {
		s.Doubt("block %s holds text", place)
	}
}
