package apply

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/scrub"
)

// toy is a container made up for these tests, so that they depend on no real
// parser: "TOY1", a 32-bit count of names, then chunks of type, 32-bit length
// and data.
//
//	DATA  payload
//	INDX  32-bit offsets of the DATA chunks
//	NAME  goes: becomes FREE, is filled, and the count in the head becomes 0
//	FREE  filler
//	FLAW  the parser is not sure about the file
//	PACK  goes, if not empty, and only in a file that is written anew
//	STAY  a parser with a bug: it names a tag and makes no edit
//	ENDS  the end; what follows is a tail
var toy = scrub.Format{
	Name: "toy", Title: "Toy", Extensions: []string{"toy"},
	Sniff:   func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("TOY1")) },
	Parse:   parseToy,
	Compact: compactToy,
}

// note is a format that is no medium.
var note = scrub.Format{Name: "note", Other: true, Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("NOTE")) }}

var toyEngine = scrub.NewEngine([]scrub.Format{toy, note})

const toyHead = 8

func eachChunk(s *scrub.Scan, f func(kind string, off, n int64) error) error {
	for off := int64(toyHead); off < s.Size(); {
		if s.Left(off) < 8 {
			return s.Errorf(off, "chunk cut short")
		}
		head, err := s.Bytes(off, 8)
		if err != nil {
			return err
		}
		n := int64(binary.BigEndian.Uint32(head[4:]))
		if n > s.Left(off+8) {
			return s.Errorf(off, "chunk of %d bytes, %d are left", n, s.Left(off+8))
		}
		if err := f(string(head[:4]), off, n); err != nil {
			return err
		}
		off += 8 + n
		if string(head[:4]) == "ENDS" {
			s.End(scrub.End{Off: off, Proof: scrub.Proven})
			return nil
		}
	}
	return s.Errorf(s.Size(), "no end")
}

func parseToy(s *scrub.Scan) error {
	head, err := s.Bytes(0, toyHead)
	if err != nil {
		return s.Errorf(0, "head cut short")
	}
	s.Claim(0, toyHead, scrub.Structure, "head")
	if binary.BigEndian.Uint32(head[4:]) != 0 {
		s.Put(scrub.Repair, 4, make([]byte, 4))
	}
	return eachChunk(s, func(kind string, off, n int64) error {
		s.Claim(off, 8, scrub.Structure, kind)
		body := off + 8
		switch kind {
		case "DATA":
			s.Claim(body, n, scrub.Payload, "DATA")
			if end, ok := s.Known(body); ok && end == body+n || !s.Deep() {
				return nil
			}
			_, err := s.Constant(body, n, 0)
			return err
		case "INDX":
			s.Claim(body, n, scrub.Structure, "INDX")
		case "NAME", "STAY":
			s.Claim(body, n, scrub.Identify, kind)
			value, err := s.Bytes(body, int(min(n, scrub.MaxValue)))
			if err != nil {
				return err
			}
			if s.Found(scrub.Finding{Kind: scrub.Device, Place: kind, Off: off, Len: 8 + n, Value: string(value)}) && kind == "NAME" {
				s.Put(scrub.Unlink, off, []byte("FREE"))
				s.Fill(scrub.Destroy, body, n, 0)
			}
		case "PACK":
			s.Claim(body, n, scrub.Identify, kind)
			if n > 0 && s.Found(scrub.Finding{Kind: scrub.Device, Place: kind, Off: off, Len: 8 + n}) && !s.Anew(off+4, 4+n, make([]byte, 4)) {
				s.Doubt("it is nested")
			}
		case "FREE":
			return s.Blank(body, n, 0, scrub.Hidden, "FREE")
		case "FLAW":
			s.Claim(body, n, scrub.Structure, "FLAW")
			s.Doubt("there is a flaw")
		case "BANG":
			panic("bang")
		case "ENDS":
		default:
			return s.Errorf(off, "chunk %q", kind)
		}
		return nil
	})
}

func compactToy(s *scrub.Scan) (changes []scrub.Change, err error) {
	var dropped int64
	var index scrub.Range
	var moved []byte
	err = eachChunk(s, func(kind string, off, n int64) error {
		switch kind {
		case "FREE":
			changes = append(changes, scrub.Change{Off: off, Len: 8 + n})
			dropped += 8 + n
		case "INDX":
			index = scrub.Range{Off: off + 8, Len: n}
		case "DATA":
			moved = binary.BigEndian.AppendUint32(moved, uint32(off-dropped))
		}
		return nil
	})
	if int64(len(moved)) != index.Len {
		return nil, s.Errorf(index.Off, "index of %d bytes", index.Len)
	}
	if index.Len > 0 {
		changes = append(changes, scrub.Change{Off: index.Off, Len: index.Len, Data: moved})
	}
	return changes, err
}

// chunk is a part of a toy to be made.
type chunk struct {
	kind string
	data []byte
}

func name(s string) chunk        { return chunk{"NAME", []byte(s)} }
func data(seed, n int) chunk     { return chunk{"DATA", noise(seed, n)} }
func free(n int) chunk           { return chunk{"FREE", make([]byte, n)} }
func flaw() chunk                { return chunk{kind: "FLAW"} }
func packed(s string) chunk      { return chunk{"PACK", []byte(s)} }
func trailer(s string) chunk     { return chunk{"tail", []byte(s)} }
func (c chunk) is(k string) bool { return c.kind == k }

func noise(seed, n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// makeToy lays the parts out, with an index in front and an end.
func makeToy(parts ...chunk) []byte {
	names, datas := 0, 0
	for _, p := range parts {
		if p.is("NAME") {
			names++
		}
		if p.is("DATA") {
			datas++
		}
	}
	b := binary.BigEndian.AppendUint32([]byte("TOY1"), uint32(names))
	index := len(b) + 8
	b = appendChunk(b, chunk{"INDX", make([]byte, 4*datas)})
	var tail []byte
	for _, p := range parts {
		switch p.kind {
		case "tail":
			tail = append(tail, p.data...)
			continue
		case "DATA":
			binary.BigEndian.PutUint32(b[index:], uint32(len(b)))
			index += 4
		}
		b = appendChunk(b, p)
	}
	return append(appendChunk(b, chunk{kind: "ENDS"}), tail...)
}

func appendChunk(b []byte, c chunk) []byte {
	b = binary.BigEndian.AppendUint32(append(b, c.kind...), uint32(len(c.data)))
	return append(b, c.data...)
}

// played is what somebody sees who plays the toy, or why it can't be played.
func played(b []byte) string {
	if len(b) < toyHead || string(b[:4]) != "TOY1" {
		return "no toy"
	}
	var out strings.Builder
	var index []byte
	for off := toyHead; off+8 <= len(b); {
		kind, n := string(b[off:off+4]), int(binary.BigEndian.Uint32(b[off+4:]))
		if off+8+n > len(b) {
			return "cut short"
		}
		switch kind {
		case "INDX":
			index = b[off+8 : off+8+n]
		case "DATA":
			if len(index) < 4 || int(binary.BigEndian.Uint32(index)) != off {
				return "index is wrong"
			}
			index = index[4:]
			fmt.Fprintf(&out, "%x;", sha256.Sum256(b[off+8:off+8+n]))
		case "ENDS":
			return out.String()
		}
		off += 8 + n
	}
	return "no end"
}

// put writes a file and returns its path.
func put(t testing.TB, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func get(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
