package marks

import (
	"crypto/cipher"
	"crypto/des"
	"fmt"
	"slices"
	"strings"
)

// Red Star OS 3.0 appends to media files one record for each machine that opens
// them:
//
//	record[0] ... record[n-1]  24 bytes each, oldest first, DES-ECB
//	24*n                       4 bytes, little-endian
//	"EOF"
//
// A record is "WM", an identifier of the machine's disk, and NULs; its last four
// bytes may hold a number.
const (
	recordLen  = 24
	recordFoot = 7
	maxRecords = 20000 // more than GetOriginalFileLength in opprc accepts are no chain
)

// recordCipher is the cipher of the records. DES ignores the lowest bit of each
// byte of a key.
var recordCipher = func() cipher.Block {
	c, err := des.NewCipher([]byte{7, 6, 5, 4, 3, 2, 1, 0})
	if err != nil {
		panic(err)
	}
	return c
}()

// record is one decoded record.
type record struct {
	id    string
	extra int64 // the number in the last four bytes, 0 in all known files
}

// openRecord decrypts one record and tells whether it is one: Red Star's own
// reader is content with 'W' or 'M', this one isn't.
func openRecord(b []byte) (record, bool) {
	var p [recordLen]byte
	for i := 0; i < recordLen; i += des.BlockSize {
		recordCipher.Decrypt(p[i:], b[i:i+des.BlockSize])
	}
	id, ok := plainRecord(p[:20])
	return record{id, le32(p[20:])}, ok
}

// plainRecord returns the identifier of a decrypted record: letters and digits
// after "WM", then NULs to the end.
func plainRecord(p []byte) (id string, ok bool) {
	if p[0] != 'W' || p[1] != 'M' {
		return "", false
	}
	n := 2
	for n < len(p) && isAlnum(p[n]) {
		n++
	}
	for _, c := range p[n:] {
		if c != 0 {
			return "", false
		}
	}
	return string(p[2:n]), n > 2 && n < len(p)
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// redStar recognises a chain of records. What counts is what decrypts, not what
// the length says: a chain is as long as there are records, and a length that
// says otherwise is called malformed.
func redStar(t *tail) (Mark, bool) {
	foot := t.footer(recordFoot)
	if foot == nil || string(foot[4:]) != "EOF" {
		return Mark{}, false
	}
	said := le32(foot)
	at := t.end - recordFoot
	chain := t.chain(at)
	if len(chain) == 0 { // the reader divides by 24, so what is over may stand between
		at -= said % recordLen
		chain = t.chain(at)
	}
	if len(chain) == 0 {
		return Mark{}, false
	}
	off := at - int64(len(chain))*recordLen
	m := t.from(off, "red-star", describeChain(chain))
	m.Proven = true
	if said != int64(len(chain))*recordLen {
		m.Value += fmt.Sprintf("; malformed length %d", said)
	}
	// opprc works on the last 10 MiB of a file. If the file ends 1 to 6 bytes
	// after such a boundary, the first record overwrites these bytes.
	const block = 10 << 20
	if off > 0 && off%block == 0 {
		m.Value += "; the original may have lost its last 1 to 6 bytes"
	}
	return m, true
}

// chain returns the records that end at end, oldest first.
func (t *tail) chain(end int64) (all []record) {
	defer func() { slices.Reverse(all) }()
	const batch = 64
	for len(all) < maxRecords {
		n := min(batch, (end-t.floor)/recordLen)
		b := t.read(end-n*recordLen, int(n*recordLen))
		for b := b; len(b) > 0; b = b[:len(b)-recordLen] {
			r, ok := openRecord(b[len(b)-recordLen:])
			if !ok {
				return all
			}
			all = append(all, r)
		}
		if b == nil {
			break
		}
		end -= n * recordLen
	}
	return all
}

// describeChain names the machines of a chain for people, oldest first.
func describeChain(chain []record) string {
	const most = 6
	var b strings.Builder
	fmt.Fprintf(&b, "%d machine", len(chain))
	if len(chain) != 1 {
		b.WriteByte('s')
	}
	for i, r := range chain {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(chain)-most)
			break
		}
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep + r.String())
	}
	return b.String()
}

func (r record) String() string {
	s := r.id
	if serial, ok := DiskSerial(r.id); ok {
		s += fmt.Sprintf(" (disk serial %s?)", serial)
	}
	switch {
	case r.id == unreadable:
		s += " (disk serial not readable)"
	case strings.Contains(r.id, "abc"):
		s += " (public)"
	case strings.Contains(r.id, "cba"):
		s += " (organ)"
	}
	if r.extra != 0 {
		s += fmt.Sprintf(" (and 0x%x)", r.extra)
	}
	return s
}
