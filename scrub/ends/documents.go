package ends

import (
	"bytes"
	"strconv"

	"untag/scrub"
)

// zip finds the end of central directory record (APPNOTE 4.3.16) that the
// directory leads to, and the comment after it.
func zip(s *scrub.Scan) (scrub.End, error) {
	const record, longest = 22, 1<<16 - 1
	from := max(0, s.Size()-record-longest-window)
	b, err := s.Bytes(from, int(s.Left(from)))
	if err != nil {
		return scrub.End{}, err
	}
	for end := len(b); ; {
		i := bytes.LastIndex(b[:end], []byte("PK\x05\x06"))
		if i < 0 {
			return scrub.End{}, s.Errorf(from, "no end of central directory")
		}
		end = i
		if len(b)-i < record {
			continue
		}
		comment := le16(b, i+20)
		at := from + int64(i)
		if comment > s.Left(at+record) || !zipDirectory(s, at, le32(b, i+12), le32(b, i+16)) {
			continue
		}
		return scrub.End{Off: at + record + comment, Proof: scrub.Proven, More: holds(s, "another archive", "PK\x03\x04", "PK\x01\x02")}, nil
	}
}

// zipDirectory tells whether a central directory of size bytes at off ends where
// the record at end stands, or the ones of a large archive before it.
func zipDirectory(s *scrub.Scan, end, size, off int64) bool {
	if size == 0xffffffff || off == 0xffffffff {
		const locator, record = 20, 56
		b, err := s.Bytes(end-locator, locator)
		if err != nil || string(b[:4]) != "PK\x06\x07" {
			return false
		}
		end = le32(b, 8) | le32(b, 12)<<32
		if b, err = s.Bytes(end, record); err != nil || string(b[:4]) != "PK\x06\x06" {
			return false
		}
		size, off = le32(b, 40)|le32(b, 44)<<32, le32(b, 48)|le32(b, 52)<<32
	}
	if off < 0 || size < 46 || off > end || size != end-off {
		return false
	}
	b, err := s.Bytes(off, 4)
	return err == nil && string(b) == "PK\x01\x02"
}

// pdf finds the last end mark of a PDF (ISO 32000-1, 7.5.5). Before it has to
// stand where the cross-references are, and no object may come after it.
func pdf(s *scrub.Scan) (scrub.End, error) {
	from := max(0, s.Size()-window)
	b, err := s.Bytes(from, int(s.Left(from)))
	if err != nil {
		return scrub.End{}, err
	}
	mark := bytes.LastIndex(b, []byte("%%EOF"))
	start := bytes.LastIndex(b[:max(0, mark)], []byte("startxref"))
	if start < 0 {
		return scrub.End{}, s.Errorf(from, "no end mark")
	}
	number := bytes.TrimSpace(b[start+len("startxref") : mark])
	if n, err := strconv.ParseInt(string(number), 10, 64); err != nil || n < 0 || n >= from+int64(start) {
		return scrub.End{}, s.Errorf(from+int64(start), "cross-references at %q", number)
	}
	tail := b[mark+len("%%EOF"):]
	for _, word := range []string{" obj", "endobj", "xref", "trailer", "stream"} {
		if bytes.Contains(tail, []byte(word)) {
			return scrub.End{}, s.Errorf(from+int64(mark), "%q after the end mark", word)
		}
	}
	space := len(tail) - len(bytes.TrimLeft(tail, "\r\n"))
	if len(bytes.Trim(tail, "\r\n\t \x00")) == 0 {
		return scrub.End{Off: s.Size()}, nil
	}
	return scrub.End{Off: from + int64(mark+len("%%EOF")+min(space, 2)), Proof: scrub.Proven, Least: 16}, nil
}
