package png

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// rawKeyword begins the keyword of a text that holds a profile as ImageMagick
// writes it: name, length and the bytes in hexadecimal, each on lines of its own.
const rawKeyword = "Raw profile type "

// maxRaw is the longest raw profile that is read. Longer ones hold a thumbnail
// or more, and go.
const maxRaw = 1 << 20

// readRaw reads the block of EXIF that a text holds as a raw profile, by one of
// the two names that ExifTool and Pillow look for.
func (c *cleaner) readRaw(s *source) (bool, error) {
	if s.typ != "tEXt" && s.typ != "zTXt" && s.typ != "iTXt" || s.n > maxRaw {
		return false, nil
	}
	key, _, _ := bytes.Cut(c.Get(s.data(), int(min(s.n, 80))), []byte{0})
	name, ok := strings.CutPrefix(string(key), rawKeyword)
	if !ok || name != "exif" && name != "APP1" {
		return false, nil
	}
	b := c.Get(s.data(), int(s.n))
	s.packed = s.typ == "iTXt" && len(b) > len(key)+1 && b[len(key)+1] == 1
	_, words := c.textOf(s.typ, b, maxRaw)
	lines := strings.SplitN(words, "\n", 4)
	if len(lines) < 4 || lines[0] != "" {
		return false, nil
	}
	tiff, err := hex.DecodeString(strings.Join(strings.Fields(lines[3]), ""))
	s.keyword, s.name, s.tiff = string(key), name, tiff
	bare := bytes.HasPrefix(tiff, []byte("II*\x00")) || bytes.HasPrefix(tiff, []byte("MM\x00*")) // ExifTool and Pillow read it as well
	return err == nil && (bare || bytes.HasPrefix(tiff, []byte(preamble))), nil
}

// raw returns the data of a text that holds profile, as long as it has to be: it
// ends with as many line feeds as fill the chunk, or where it is compressed with
// zeros, if what is over is too little for another chunk.
func (s *source) raw(profile []byte) []byte {
	const line = 72
	text := fmt.Sprintf("\n%s\n%8d\n", s.name, len(profile))
	for digits := hex.EncodeToString(profile); len(digits) > 0; {
		n := min(line, len(digits))
		text, digits = text+digits[:n]+"\n", digits[n:]
	}
	head := s.keyword + "\x00"
	switch s.typ {
	case "zTXt":
		return append([]byte(head+"\x00"), deflated([]byte(text))...)
	case "iTXt":
		if s.packed {
			return append([]byte(head+"\x01\x00\x00\x00"), deflated([]byte(text))...)
		}
		head += "\x00\x00\x00\x00"
	}
	if over := int(s.n) - len(head) - len(text); over > 0 && over < frameLen {
		text += strings.Repeat("\n", over)
	}
	return []byte(head + text)
}
