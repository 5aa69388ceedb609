// Package ends knows where media end whose formats have no parser: what stands
// after the end of a picture, a film or a document was appended by somebody.
//
// Where a format says how long it is, that has to agree with a walk over its parts.
// Where it doesn't, the walk stops at what can't be another part. What else makes an
// end sure, and what speaks against it, goes into the [scrub.End]; the guard of
// package scrub decides. An error means that no end is known at all.
package ends

import (
	"bytes"
	"encoding/binary"
	"io"

	"untag/scrub"
	"untag/scrub/marks"
	"untag/scrub/sniff"
)

// Table returns the formats of this package, in the order of recognition.
func Table() []scrub.Format {
	return []scrub.Format{
		{Name: "zip", Title: "ZIP: Word, Excel, PowerPoint, OpenDocument, EPUB", Sniff: sniff.Like("PK\x03\x04"), End: zip,
			Extensions: []string{"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"}, Mark: wordMark},
		{Name: "pdf", Title: "PDF document", Extensions: []string{"pdf"}, Sniff: sniff.Words("%PDF-"), End: pdf},
	}
}

// wordMark is the mark that Office documents may hold.
func wordMark(src io.ReaderAt, size int64) (marks.Mark, bool, error) { return marks.OOXML(src, size) }

// le16 and le32 read a number at off.
func le16(b []byte, off int) int64 { return int64(binary.LittleEndian.Uint16(b[off:])) }
func le32(b []byte, off int) int64 { return int64(binary.LittleEndian.Uint32(b[off:])) }

// window is how much is looked at at a time, or at the end of a file in which the
// end mark has to be searched for.
const window = 64 << 10

// holds returns an [scrub.End.More] that says what if one of the words stands in
// what follows the end.
func holds(s *scrub.Scan, what string, words ...string) func(off, n int64) (string, error) {
	return func(off, n int64) (string, error) {
		const overlap = 16 // longer than any word
		for n > 0 {
			b, err := s.Bytes(off, int(min(n, window)))
			if err != nil {
				return "", err
			}
			for _, w := range words {
				if bytes.Contains(b, []byte(w)) {
					return what, nil
				}
			}
			if n -= window - overlap; n > overlap {
				off += window - overlap
			} else {
				break
			}
		}
		return "", nil
	}
}
