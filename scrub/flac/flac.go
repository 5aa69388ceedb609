// Package flac cleans FLAC (RFC 9639). Its metadata blocks are parts with lengths; what
// goes becomes padding by one byte. Frames are followed from one to the next: by the
// checksum and number of each, and the last one by stepping through what it codes.
package flac

import (
	_ "embed" // the table
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

//go:embed tags.tsv
var table string

// Format is FLAC.
var Format = scrub.Format{
	Name: "flac", Title: "FLAC sound", Extensions: []string{"flac"},
	Sniff: sniff.Like("fLaC"), Parse: parse,
}

// names are the types of blocks, RFC 9639 section 8.1.
var names = []string{"STREAMINFO", "PADDING", "APPLICATION", "SEEKTABLE", "VORBIS_COMMENT", "CUESHEET", "PICTURE"}

const (
	padding = 1
	comment = 4
	last    = 0x80 // flag of the last block
	header  = 4    // bytes before a block's body
	magic   = 4    // bytes before the first block
	invalid = 127  // type that would look like a frame
	info    = 34   // bytes of STREAMINFO
)

var dialect = &chunk.Dialect{
	Least:  header,
	Read:   read,
	Filler: func(p chunk.Part) bool { return p.ID == "PADDING" },
	Retire: retire,
	Vital:  []string{"STREAMINFO"},
	Raw: func(id string) []byte {
		if i := slices.Index(names, id); i >= 0 {
			return []byte{byte(i)}
		}
		var n byte
		fmt.Sscanf(id, "block %d", &n)
		return []byte{n}
	},
}

var rules = chunk.MustRules(table)

func read(s *scrub.Scan, off, end int64) (p chunk.Part, err error) {
	b, err := s.Bytes(off, header)
	if err != nil {
		return p, err
	}
	kind := b[0] &^ last
	if kind == invalid {
		return p, s.Errorf(off, "a block of type %d, expected up to %d", kind, invalid-1)
	}
	p = chunk.Part{ID: fmt.Sprintf("block %d", kind), Off: off, Head: header, Size: be(b[1:4])}
	if int(kind) < len(names) {
		p.ID = names[kind]
	}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	return p, nil
}

// retire makes padding of a block: its flag stays.
func retire(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
	s.Put(unlink, p.Off, []byte{flag(s, p.Off) | padding})
	s.Fill(destroy, p.Body(), p.Size, 0)
}

// flag returns the flag of the last block as the block at off has it.
func flag(s *scrub.Scan, off int64) byte {
	if b, err := s.Bytes(off, 1); err == nil {
		return b[0] & last
	}
	return 0
}

func parse(s *scrub.Scan) error {
	return chunk.Parse(s, dialect, rules, func(w *chunk.Walk) error {
		f := &file{Walk: w}
		w.Hands = map[string]chunk.Hand{
			"/APPLICATION": f.application, "/SEEKTABLE": f.seekTable, "/VORBIS_COMMENT": f.comments, "/CUESHEET": f.cueSheet, "/PICTURE": f.picture,
		}
		w.Claim(0, magic, scrub.Structure, "magic")
		end, lost, err := f.chain()
		if err != nil {
			return err
		}
		if _, err := w.Apply(magic, end, "", ""); err != nil {
			return err
		}
		if lost > end {
			w.Claim(end, lost-end, scrub.Identify, "unread")
			w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "unread", Off: end, Len: lost - end})
			if err := f.unread(end, lost); err != nil {
				return err
			}
		}
		if f.silent {
			return nil
		}
		return f.frames(lost)
	})
}

// file is the work on one FLAC file.
type file struct {
	*chunk.Walk
	block   int64 // samples of the first frame
	largest int64 // samples of a frame as the first block says
	total   int64 // samples, 0 if unknown
	bits    int   // of a sample, 0 if unknown
	silent  bool  // no frame is to be found
}

// chain follows the blocks to the first frame. It returns where those end whose lengths
// can be believed, and where frames start.
func (f *file) chain() (end, sound int64, err error) {
	at, ended := int64(magic), false
	for {
		if h, err := f.header(at); err != nil || h != nil || f.Left(at) == 0 {
			if err == nil && !ended {
				f.Distrust("no block is the last one")
			}
			return at, at, err
		}
		p, err := read(f.Scan, at, f.Size())
		if scrub.Refusal(err) || err == nil && (p.Cut || at > magic && p.Size == 0 && p.ID == names[0] || ended && at > magic && !known(p)) {
			return f.search(end, at)
		}
		if err != nil {
			return 0, 0, err
		}
		if ended {
			f.Distrust("blocks follow the last one")
		}
		if at == magic {
			f.info(p)
		}
		ended = flag(f.Scan, at) != 0
		end, at = at, p.End()
	}
}

func known(p chunk.Part) bool { return slices.Contains(names, p.ID) && p.ID != names[0] }

// search looks for the first frame where the blocks don't lead to it. The last one of
// them has a wrong length: it starts at end.
func (f *file) search(end, at int64) (int64, int64, error) {
	f.Distrust("the blocks don't lead to a frame")
	if end <= magic && f.bits > 0 {
		end = at // the first block has the length that it must have
	}
	end = max(end, magic)
	to, err := (&sound{file: f}).first(end+header, f.Size())
	if err == nil && to < 0 {
		to, err = f.CutMarks(at)
		f.silent = true
	}
	return end, to, err
}

// info reads what the first block says about the sound.
func (f *file) info(p chunk.Part) {
	if p.ID != names[0] || p.Size != info {
		f.Distrust("the first block is none that describes sound")
		return
	}
	b := f.Get(p.Body(), info)
	f.total = be(b[13:18]) & (1<<36 - 1)
	f.largest = be(b[2:4])
	f.bits = int(be(b[12:14])>>4&31) + 1
}

func be(b []byte) (v int64) {
	for _, c := range b {
		v = v<<8 | int64(c)
	}
	return v
}
