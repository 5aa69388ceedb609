package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"unicode/utf16"
)

// Needle is what to search for, and what to call it.
type Needle struct {
	Name  string
	Bytes []byte
}

// shortest is the length of needles that are not found by chance.
const shortest = 6

// Needles are the texts, in each of the ways in which texts are written. What is
// too short is left out.
func Needles(texts ...[]byte) (all []Needle) {
	for _, text := range texts {
		if len(text) < shortest {
			continue
		}
		all = append(all, Needle{fmt.Sprintf("%q", text), text})
		if !isASCII(text) {
			continue
		}
		wide := utf16.Encode([]rune(string(text)))
		all = append(all,
			Needle{fmt.Sprintf("%q in UTF-16LE", text), encode(binary.LittleEndian, wide)},
			Needle{fmt.Sprintf("%q in UTF-16BE", text), encode(binary.BigEndian, wide)})
	}
	return all
}

func isASCII(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

func encode(order binary.AppendByteOrder, wide []uint16) (out []byte) {
	for _, w := range wide {
		out = order.AppendUint16(out, w)
	}
	return out
}

// Find is where a needle was found first, and how often.
type Find struct {
	Needle
	Off   int64
	Count int
}

func (f Find) String() string { return fmt.Sprintf("%s at %#x (%d times)", f.Name, f.Off, f.Count) }

// Gone tells whether the needle stands where it was found no more. It reads little
// and can be asked often.
func (f Find) Gone(path string) (bool, error) {
	img, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer img.Close()
	b := make([]byte, len(f.Bytes))
	_, err = img.ReadAt(b, f.Off)
	return !bytes.Equal(b, f.Bytes), err
}

// Search looks at every byte of a file.
func Search(path string, needles []Needle) ([]Find, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return search(b, needles), nil
}

// search looks for all needles at once: by two bytes of each in a table, and by
// its first bytes in a map.
func search(b []byte, needles []Needle) (finds []Find) {
	var begins [1 << 16]bool
	index := map[uint32][]int{}
	at := make([]int, len(needles)) // in finds, plus one
	for n, needle := range needles {
		head := binary.LittleEndian.Uint32(needle.Bytes)
		begins[uint16(head)] = true
		index[head] = append(index[head], n)
	}
	for off := 0; off+shortest <= len(b); off++ {
		if !begins[binary.LittleEndian.Uint16(b[off:])] {
			continue
		}
		for _, n := range index[binary.LittleEndian.Uint32(b[off:])] {
			switch {
			case !bytes.HasPrefix(b[off:], needles[n].Bytes):
			case at[n] == 0:
				finds = append(finds, Find{needles[n], int64(off), 1})
				at[n] = len(finds)
			default:
				finds[at[n]-1].Count++
			}
		}
	}
	return finds
}
