// Package mxf cleans films as broadcasters and their cameras write them, by SMPTE ST 377-1,
// ST 379-2 and ST 385.
//
// A file is keys, lengths and values: packs of partitions, sets of what is known about the
// film, indexes, pictures and sound. A set that goes would leave references to it behind:
// the values of its items become zeros, as do fill items. What no table tells of becomes
// fill. The identifiers of packages and sets refer to each other: those that tell something
// change together, in a file that is written anew.
package mxf

import (
	"bytes"
	_ "embed"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

var rules = tags.Index(table)

// Format is MXF.
var Format = scrub.Format{
	Name: "mxf", Title: "MXF film", Extensions: []string{"mxf"},
	Sniff: func(head []byte, _ int64) bool { return start(head) >= 0 || bytes.Contains(head, []byte(primer)) },
	Parse: parse,
}

// Of the first parts of a film: the pack of a partition, and the list of tags.
const (
	begins = smpte + "\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02"
	primer = smpte + "\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x05"
	smpte  = "\x06\x0e\x2b\x34"
)

// start is where the film begins, behind what other programs may look for; -1 if the pack of
// its first partition is damaged.
func start(head []byte) int64 { return int64(bytes.Index(head, []byte(begins))) }

func parse(s *scrub.Scan) error {
	return chunk.Parse(s, dialect, nil, func(w *chunk.Walk) error {
		before := w.Point()
		for _, all := range []bool{s.Deep(), true} {
			f := &film{Walk: w, look: codec.Look{S: w.Scan}, all: all, labels: map[uint16]string{}, begins: map[int64]bool{}, ids: identifiers{tell: map[string]bool{}, found: map[string]scrub.Finding{}}}
			more, err := f.plan()
			if err != nil || !more {
				return err
			}
			s.Reset(before)
		}
		return nil
	})
}

// film is the work on one file.
type film struct {
	*chunk.Walk
	look     codec.Look
	all      bool // every picture is looked into
	more     bool // pictures hold something that others may hold, too
	runIn    int64
	labels   map[uint16]string // of items by their tags
	begins   map[int64]bool    // where partitions begin
	ids      identifiers
	open     bool // the last partition says that it was not finished
	footer   bool
	due      int64 // where coded data begin that are not claimed yet, 0 if there are none
	essence  bool  // coded data have begun
	items    int   // among coded data
	stream   *codec.Stream
	pictures int64
	last     chunk.Part // picture that was not looked into
	held     bool       // it is not claimed either
}

// plan claims the file, and tells whether all pictures have to be looked into.
func (f *film) plan() (more bool, err error) {
	head, err := f.Bytes(0, int(min(f.Size(), scrub.SniffLen)))
	if err != nil {
		return false, err
	}
	f.runIn = max(0, start(head))
	if err := f.Hide(0, f.runIn, "run-in"); err != nil {
		return false, err
	}
	off := f.runIn
	for f.Left(off) > keyLen {
		p, err := f.Read(f.Scan, off, f.Size())
		if err == nil && p.Cut {
			f.Distrust("the film is cut short")
			break
		}
		if scrub.Refusal(err) {
			next, err := f.resume(off)
			if err != nil {
				return false, err
			}
			if next < 0 {
				break
			}
			f.Distrust("bytes that are no part of the film lie in it")
			f.run(off)
			off = next
			continue
		}
		if err != nil {
			return false, err
		}
		done, err := f.part(p)
		if err != nil {
			return false, err
		}
		if off = p.End(); done {
			return f.more, f.end(off, scrub.Proven)
		}
	}
	if f.more && !f.all {
		return true, nil
	}
	return false, f.unproven(off)
}

// unproven claims what no index of partitions closes: a film whose writer was killed keeps
// every byte.
func (f *film) unproven(off int64) error {
	if f.footer && !f.open && !f.Careful {
		return f.end(off, scrub.Said)
	}
	f.Doubt("the film was not finished")
	f.rename(false)
	if _, err := f.lastPicture(); err != nil {
		return err
	}
	end, err := f.CutMarks(off)
	f.run(off)
	f.flush(end)
	return err
}

func (f *film) end(off int64, proof scrub.Proof) error {
	f.rename(true)
	tells, err := f.lastPicture()
	f.more = f.more || tells && !f.all
	f.flush(off)
	f.End(off, proof, keyLen+1)
	return err
}

// run begins a run of coded data.
func (f *film) run(off int64) {
	if f.due == 0 {
		f.due = off
	}
}

// flush claims the run of coded data before an offset, but for a picture that may be the
// last one.
func (f *film) flush(off int64) {
	if f.due > 0 && f.last.Size > 0 && f.last.Off >= f.due && f.last.End() <= off {
		f.Claim(f.due, f.last.Body()-f.due, scrub.Payload, "essence")
		f.due, f.held = f.last.End(), true
	}
	if f.due > 0 {
		f.Claim(f.due, off-f.due, scrub.Payload, "essence")
	}
	f.due = 0
}

// resume returns where the next key is that is known, behind bytes that are none; -1 if
// there is none.
func (f *film) resume(off int64) (int64, error) {
	const window = 64 << 10
	for ; f.Left(off) > keyLen; off += window - keyLen {
		b, err := f.Bytes(off, int(min(f.Left(off), window)))
		if err != nil {
			return -1, err
		}
		for i := 0; i < len(b)-keyLen; i++ {
			n := bytes.Index(b[i:], []byte(smpte))
			if n < 0 {
				break
			}
			i += n
			if p, err := f.Read(f.Scan, off+int64(i), f.Size()); err == nil && !p.Cut && isVital(p.ID) {
				return p.Off, nil
			}
		}
	}
	return -1, nil
}

// part claims one, and tells whether the film ends there.
func (f *film) part(p chunk.Part) (done bool, err error) {
	switch p.ID {
	case "essence", "encrypted":
		return false, f.element(p)
	case "system", "package":
		return false, f.system(p)
	case "damaged":
		f.Distrust("a key at 0x%x is one bit away from that of another part", p.Off)
		f.run(p.Off)
		return false, nil
	case "fill":
		return false, f.fill(p)
	}
	if p.ID != "dark" || !f.essence {
		tells, err := f.lastPicture()
		if err != nil {
			return false, err
		}
		f.more = f.more || tells && !f.all
	}
	f.flush(p.Off)
	switch p.ID {
	case "header", "body", "footer":
		f.essence = false
		return false, f.partition(p)
	case "primer":
		return false, f.readPrimer(p)
	case "set", "index":
		return false, f.set(p)
	case "rip":
		return f.randomIndex(p)
	}
	_, err = f.Drop(p, scrub.Unknown, "dark item", "")
	return false, err
}

// maxItems bounds what among coded data is claimed one by one.
const maxItems = 100_000

// among counts n claims among coded data. Where there are too many, coded data are all of a
// part, in which nothing may be but zeros.
func (f *film) among(p chunk.Part, n int) (ok bool, err error) {
	if f.items += n; f.items <= maxItems {
		f.flush(p.Off)
		return true, nil
	}
	f.run(p.Off)
	zeros, err := f.Constant(p.Body(), p.Size, 0)
	if err == nil && !zeros {
		f.Doubt("there is more beside pictures and sound than can be kept account of")
	}
	return false, err
}

// fill claims a fill item.
func (f *film) fill(p chunk.Part) error {
	if !f.essence {
		return f.Padding(p, "fill")
	}
	if ok, err := f.among(p, 1); err != nil || !ok {
		return err
	}
	if zeros, err := f.Constant(p.Body(), p.Size, 0); err != nil || !zeros {
		return f.Padding(p, beside)
	}
	f.Claim(p.Off, p.Len(), scrub.Structure, beside)
	return nil
}

var partitionPack = chunk.Layout{
	chunk.One(2, 1), chunk.UpTo(2, 16), chunk.UpTo(4, 1<<20), chunk.UpTo(8, most), chunk.UpTo(8, most), chunk.UpTo(8, most), chunk.UpTo(8, most), chunk.UpTo(8, most),
	chunk.UpTo(4, 1<<16), chunk.UpTo(8, most), chunk.UpTo(4, 1<<16), label, half, chunk.UpTo(4, 1<<10), chunk.One(4, 0, 16),
}

// Halves of a label of SMPTE (ST 298), which letters are not.
const (
	maxLabel = 0x060e2b34_04ffffff
	maxHalf  = 0x0fffffff_ffffffff
)

var label, half = chunk.UpTo(8, maxLabel), chunk.UpTo(8, maxHalf)

const most = 1 << 48 // longer than any film

// partition claims the pack that begins a partition, and what it is that a sequence of labels
// says of its essence.
func (f *film) partition(p chunk.Part) error {
	const fixed, this, footers = 88, 8, 24
	place := p.ID + " partition"
	f.Claim(p.Off, p.Head, scrub.Structure, place)
	if p.Size < fixed {
		f.Distrust("a partition pack is too short")
		f.Claim(p.Body(), p.Size, scrub.Structure, place)
		return nil
	}
	b := f.Get(p.Body(), fixed)
	if off := int64(binary.BigEndian.Uint64(b[this:])); off != p.Off-f.runIn {
		f.Distrust("a partition is not where it says")
	}
	f.begins[p.Off-f.runIn] = true
	key := f.Get(p.Off, keyLen)
	f.open = p.ID != "footer" && key[14]&1 == 1 && binary.BigEndian.Uint64(b[footers:]) == 0
	f.footer = f.footer || p.ID == "footer"
	if err := f.Record(p.Body(), fixed, partitionPack, place); err != nil {
		return err
	}
	n := min(int64(binary.BigEndian.Uint32(b[fixed-8:])), (p.Size-fixed)/16)
	if err := f.Rows(p.Body()+fixed, 16*n, chunk.Layout{label, half}, place); err != nil {
		return err
	}
	return f.Hide(p.Body()+fixed+16*n, p.Size-fixed-16*n, place+"/rest")
}

// randomIndex claims the list of partitions that ends a film, and tells whether it does.
func (f *film) randomIndex(p chunk.Part) (done bool, err error) {
	f.Claim(p.Off, p.Len(), scrub.Structure, "random index")
	if p.Size%12 != 4 || p.Size > scrub.MaxPiece {
		f.Distrust("the list of partitions has a wrong length")
		return false, nil
	}
	b, err := f.Bytes(p.Body(), int(p.Size))
	if err != nil {
		return false, err
	}
	n := 0
	for ; len(b) > 4; b = b[12:] {
		if !f.begins[int64(binary.BigEndian.Uint64(b[4:]))] || binary.BigEndian.Uint32(b) > 1<<16 {
			f.Distrust("the list of partitions names one that is not there")
			return false, nil
		}
		n++
	}
	if n != len(f.begins) || int64(binary.BigEndian.Uint32(b)) != p.Len() {
		f.Distrust("the list of partitions is not theirs")
		return false, nil
	}
	return true, nil
}
