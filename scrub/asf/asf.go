// Package asf cleans ASF files, which WMA, WMV and DVR-MS are, by Microsoft's
// specification, revision 01.20.06.
//
// A file is objects with a GUID and a length: a header, packets of one length, and
// indexes. What goes becomes a Padding object where it stands. Attributes and texts
// beside others that stay become zeros of the same length: all readers take an
// attribute without name and value for none.
package asf

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

// Format is ASF.
var Format = scrub.Format{
	Name: "asf", Title: "ASF, WMA, WMV", Extensions: []string{"asf", "wma", "wmv", "dvr-ms"},
	Sniff: sniff.Like(raw(header)),
	Parse: func(s *scrub.Scan) error { return chunk.Parse(s, dialect, rules(), plan) },
}

// IDs of objects that code asks for.
const (
	header     = "75B22630-668E-11CF-A6D9-00AA0062CE6C"
	data       = "75B22636-668E-11CF-A6D9-00AA0062CE6C"
	extension  = "5FBF03B5-A92E-11CF-8EE3-00C00C205365"
	properties = "8CABDCA1-A947-11CF-8EE4-00C00C205365"
	stream     = "B7DC0791-A9B7-11CF-8EE6-00C00C205365"
	padding    = "1806D474-CADF-4509-A4BA-9AABCB96AAE8"
)

const (
	objectHead = 24
	dataHead   = 50
)

// heads are the objects whose own fields stand before what they hold.
var heads = map[string]int64{header: 30, extension: 46, data: dataHead}

var dialect = &chunk.Dialect{
	Least:  objectHead,
	Read:   readObject,
	Filler: func(p chunk.Part) bool { return p.ID == padding },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte(raw(padding)))
		s.Fill(destroy, p.Off+objectHead, p.Len()-objectHead, 0)
	},
	Vital: []string{header, data, extension, properties, stream, audio, video},
	Raw:   func(id string) []byte { return []byte(raw(id)) },
	Text:  text,
	Name:  name,
}

func readObject(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b := s.Get(off, objectHead)

	p := chunk.Part{ID: guid(b), Off: off, Head: objectHead}
	if h := heads[p.ID]; h > 0 && h <= end-off {
		p.Head = h
	}
	n := binary.LittleEndian.Uint64(b[16:])
	switch {
	case n < uint64(p.Head):
		return chunk.Part{}, s.Errorf(off, "object %s of %d bytes, expected %d at least", p.ID, n, p.Head)
	case n > uint64(end-off):
		p.Size, p.Cut = end-off-p.Head, true
	default:
		p.Size = int64(n) - p.Head
	}
	return p, nil
}

// guid writes the 16 bytes of an identifier as specifications do.
func guid(b []byte) string {
	le := binary.LittleEndian
	return fmt.Sprintf("%08X-%04X-%04X-%X-%X", le.Uint32(b), le.Uint16(b[4:]), le.Uint16(b[6:]), b[8:10], b[10:16])
}

// raw is the inverse of guid; names of attributes stay as they are.
func raw(id string) string {
	f := strings.Split(id, "-")
	if len(id) != 36 || len(f) != 5 {
		return id
	}
	var b []byte
	for i, s := range f {
		v, err := strconv.ParseUint(s, 16, 64)
		if err != nil {
			return id
		}
		be := binary.BigEndian.AppendUint64(nil, v)[8-len(s)/2:]
		for j := range be {
			if i < 3 {
				b = append(b, be[len(be)-1-j])
			} else {
				b = append(b, be[j])
			}
		}
	}
	return string(b)
}

// text decodes UTF-16.
func text(b []byte) string {
	return strings.TrimRight(words.UTF16(b, 1), "\x00")
}

// film is what the header says about the packets, and what was found in them.
type film struct {
	*chunk.Walk
	size, packets, packet int64 // of the file, of packets, of each; packet is 0 if unknown
	live                  bool  // the former two are not valid
	streams               map[int]*track
	encrypted             bool
	look                  codec.Look
	found                 bool // packets are there
	whole                 bool // as many packets are there as are counted
}

// track is a stream as the header announces it.
type track struct {
	number     int
	declared   bool
	kind       string   // of the stream, a GUID
	extensions []system // what its payloads carry beside the media
	codec      codec.Stream
}

func (f *film) track(number int) *track {
	t := f.streams[number]
	if t == nil {
		t = &track{number: number}
		f.streams[number] = t
	}
	return t
}

func plan(w *chunk.Walk) error {
	f := &film{Walk: w, streams: map[int]*track{}, look: codec.Look{S: w.Scan}}
	w.Hands = f.hands()
	head, err := w.Read(w.Scan, 0, w.Size())
	if err != nil {
		return err
	}
	if head.Cut {
		w.Distrust("the header is longer than the file")
	}
	if _, err := w.Part(head, "", "Header"); err != nil {
		return err
	}
	if err := f.reserved(head); err != nil {
		return err
	}
	if f.packet == 0 {
		w.Distrust("nothing tells how long packets are")
	}
	end, err := f.objects(head.End())
	if err == nil && !f.found {
		w.Distrust("there are no packets")
	}
	if err != nil || end >= w.Size() {
		return err
	}
	proof := scrub.Said
	if f.whole && f.size == end && !f.live {
		proof = scrub.Counted
	}
	w.End(end, proof, objectHead)
	return nil
}

// reserved gives what means nothing in the header and its extension (3.1 and 3.4) the only values that
// it can have.
func (f *film) reserved(head chunk.Part) error {
	const always = "ABD3D211-A9BA-11CF-8EE6-00C00C205365"
	for off := head.Body(); head.Tail()-off >= objectHead; {
		p, err := f.Read(f.Scan, off, head.Tail())
		if scrub.Refusal(err) || err == nil && p.Cut {
			break
		}
		if err != nil {
			return err
		}
		if p.ID == extension && p.Head == heads[extension] {
			if err := f.Field(p.Off+objectHead, []byte(raw(always)+"\x06\x00"), scrub.Hidden, "Header Extension/reserved"); err != nil {
				return err
			}
		}
		off = p.End()
	}
	return f.Field(28, []byte{1, 2}, scrub.Hidden, "Header/reserved")
}

// objects claims what follows the header, and returns where it ends: behind the last
// object that is known or lies before one.
func (f *film) objects(off int64) (end int64, err error) {
	for f.Left(off) >= objectHead {
		p, err := f.Read(f.Scan, off, f.Size())
		if scrub.Refusal(err) {
			break
		}
		if err != nil {
			return off, err
		}
		_, known := rules()[""][p.ID]
		switch {
		case p.ID == header || p.ID == data && f.found:
			f.Doubt("another %s follows", map[bool]string{true: "medium", false: "run of packets"}[p.ID == header])
			return off, nil
		case p.ID == data:
			f.found = true
			if off, err = f.data(p); err != nil {
				return off, err
			}
			continue
		case p.Cut, !known && !f.Filler(p) && (f.live || p.End() != f.size):
			return off, nil
		}
		if _, err := f.Part(p, "", name(p.ID)); err != nil {
			return off, err
		}
		off = p.End()
	}
	return off, nil
}

// name is what people call an object.
func name(id string) string {
	for _, place := range []string{"", "header", "extension"} {
		if t, ok := rules()[place][id]; ok {
			name, _, _ := strings.Cut(t.Meaning, ":")
			return name
		}
	}
	return id
}
