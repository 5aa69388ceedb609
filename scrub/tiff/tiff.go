// Package tiff cleans TIFF and BigTIFF pictures (TIFF 6.0; the BigTIFF design) and
// what is made of them.
//
// A picture stays where it is; directories lose entries. One that lies in a single
// sector is written anew in one write. Any other is written anew into the room of
// values that go, and then the pointer to it is changed, which is one write too: a
// directory half of which is old shows no picture. Where there is neither,
// values become zeros and their entries stay.
package tiff

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/sniff"
)

// Formats are the entries of the table of formats.
func Formats() []scrub.Format {
	return []scrub.Format{
		{Name: "tiff", Title: "TIFF picture, raw pictures made of it", Sniff: sniff.Like("II*\x00", "MM\x00*"), Parse: Parse,
			Extensions: []string{"tif", "tiff", "dng", "nef", "cr2", "arw", "nrw", "pef", "srw", "3fr", "dcr", "erf", "gpr", "iiq", "k25", "kdc", "mef", "mos", "rwl", "sr2", "srf"}},
		{Name: "orf", Title: "Olympus raw picture", Extensions: []string{"orf"}, Sniff: sniff.Like("IIRO", "IIRS", "MMOR"), Parse: Parse},
		{Name: "rw2", Title: "Panasonic raw picture", Extensions: []string{"rw2", "raw"}, Sniff: sniff.Like("IIU\x00"), Parse: Parse},
		{Name: "bigtiff", Title: "BigTIFF picture", Extensions: []string{"btf"}, Sniff: sniff.Like("II+\x00\x08\x00\x00\x00", "MM\x00+\x00\x08\x00\x00"), Parse: Parse},
	}
}

// Parse plans a picture.
func Parse(s *scrub.Scan) error {
	f := &file{Scan: s, dirs: map[int64]*dir{}, palettes: map[int64]*palette{}}
	if err := f.header(); err != nil {
		return err
	}
	if err := f.chain(); err != nil {
		return err
	}
	if err := f.recognise(); err != nil {
		return err
	}
	if f.head == 16 && !f.big { // Canon's header points at the directory of the raw picture
		b, err := f.Bytes(12, 4)
		if err != nil {
			return err
		}
		if d := f.dirs[f.offset(b)]; d != nil {
			d.fixed = true
		}
	}
	if err := f.judgeAll(); err != nil {
		return err
	}
	if f.stack && len(f.all) > 0 {
		if err := f.stacked(); err != nil {
			return err
		}
	}
	f.outsized()
	return f.clean()
}

// judgeAll decides what stays of all directories, and of the notes of makers in raw pictures.
func (f *file) judgeAll() error {
	if f.raw {
		f.exposures()
		for _, e := range f.noteEntries {
			if err := f.note(e); err != nil {
				return err
			}
		}
	}
	for _, d := range f.all {
		if err := f.judge(d); err != nil {
			return err
		}
	}
	return nil
}

// file is the work on one medium.
type file struct {
	*scrub.Scan
	layout
	head     int64 // length of the header
	link     int64 // where the pointer to the first directory stands
	dirs     map[int64]*dir
	all      []*dir             // in the order in which they were found
	broken   string             // why only what is positively identified may go; "" if nothing speaks against the rest
	stack    bool               // a text says that there are pictures without directories,
	images   int64              // how many there are in all,
	values   int64              // or how many samples
	odd      []goes             // bytes of values that stay
	palettes map[int64]*palette // by where they are
	coloured int64              // colours in them
	marks                       // what lies where

	version     uint16 // of the header
	special     bool   // a header that only raw pictures have
	raw         bool
	dng         bool // it says itself how it is decoded
	maker       string
	block       bool     // there are no pictures in it
	thumbs      []goes   // but for these
	noteEntries []*entry // entries that hold notes of makers
	notes       []*entry // those that were walked
	keys        []scrub.Edit
	keyed       []*entry
	captures    []captured
	rewritten   []noteEdit
}

// contradict notes, once, that the file contradicts itself.
func (f *file) contradict(format string, args ...any) {
	if f.broken == "" {
		f.Doubt(format, args...)
		f.broken = format
	}
}

// header reads how numbers are written and where the first directory is.
func (f *file) header() error {
	b, err := f.Bytes(0, 8)
	if err != nil {
		return err
	}
	if f.order = binary.ByteOrder(binary.LittleEndian); b[0] == 'M' {
		f.order = binary.BigEndian
	}
	f.version = f.order.Uint16(b[2:])
	f.big, f.special = f.version == 43, f.version != 42 && f.version != 43
	f.head, f.link = 8, 4
	if f.big {
		f.head, f.link = 16, 8
	}
	if b, err := f.Bytes(0, int(min(16, f.Size()))); err != nil || len(b) == 16 && string(b[8:10]) == "CR" {
		f.head, f.special = 16, true // and where the directory of the raw picture is
		return err
	}
	return nil
}
