package marks

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Samsung trailer is data blocks, then a directory that counts back to them:
//
//	"SEFH", version, count, count * { 2 bytes, type, distance, size }
//	length of the directory, "SEFT"
//
// Sound & Shot photos add a block { "QDIO" ..., length, "QDIO" } and "BS". The
// same stands in the sefd box of HEIC files.
const (
	sefHead, sefEntry = 12, 12
	maxSEF            = 1 << 16 // bytes of directory
)

// sef is the directory of a Samsung trailer.
type sef struct {
	pos     int64 // where SEFH stands
	entries []byte
}

// samsung recognises the trailer and reads what its directory names.
func samsung(t *tail) (Mark, bool) {
	end := t.end
	switch {
	case t.has("\x00\x00SEFT"):
	case t.has("QDIOBS"):
		end -= 2
	default:
		return Mark{}, false
	}
	d, ok := t.sefDirectory(end)
	if !ok {
		return Mark{}, false
	}
	m := t.from(d.pos, "samsung-sef", "")
	m.Proven = len(d.entries) > 0
	var values []string
	var sum int64
	for e := d.entries; len(e) >= sefEntry; e = e[sefEntry:] {
		dist, size := le32(e[4:]), le32(e[8:])
		if dist > d.pos-t.floor || size > dist || size < 8 {
			m.Proven = false
			continue
		}
		sum += size
		off := d.pos - dist
		m.Off = min(m.Off, off)
		v, ok := t.sefBlock(e, off, size, len(values) < 8)
		m.Proven = m.Proven && ok
		if v != "" {
			values = append(values, v)
		}
	}
	m.Len = t.end - m.Off
	m.Value = strings.Join(values, ", ")
	// In a box the trailer can't be cut off without the box.
	boxed := string(t.read(m.Off-4, 4)) == "sefd"
	m.Proven = m.Proven && sum == d.pos-m.Off && !boxed
	return m, true
}

// sefDirectory steps back over blocks until one is a directory.
func (t *tail) sefDirectory(end int64) (sef, bool) {
	for range 16 {
		b := t.read(end-8, 8)
		if b == nil {
			break
		}
		n := le32(b)
		if n < 4 || n >= maxSEF || n > end-8-t.floor {
			break
		}
		end -= 8 + n
		if string(b[4:]) != "SEFT" {
			continue
		}
		b = t.read(end, int(n))
		if len(b) < sefHead || string(b[:4]) != "SEFH" || le32(b[8:]) > int64(len(b)-sefHead)/sefEntry {
			break
		}
		return sef{end, b[sefHead : sefHead+sefEntry*int(le32(b[8:]))]}, true
	}
	return sef{}, false
}

// sefBlock tells whether the block that entry e points to is what e says, and
// what it is, if that is wanted.
func (t *tail) sefBlock(e []byte, off, size int64, wanted bool) (value string, ok bool) {
	head := t.read(off, 8)
	if head == nil || string(head[:4]) != string(e[:4]) || le32(head[4:]) > size-8 {
		return "", false
	}
	if !wanted {
		return "", true
	}
	name := le32(head[4:])
	value = text(t.read(off+8, int(min(name, 64))))
	if value == "" {
		value = fmt.Sprintf("0x%04x", le16(e[2:]))
	}
	data := t.read(off+8+name, int(min(size-8-name, 32)))
	switch le16(e[2:]) {
	case 0x0a01: // Image_UTC_Data: milliseconds, in digits
		if ms, err := strconv.ParseInt(text(data), 10, 64); err == nil {
			value += " " + time.UnixMilli(ms).UTC().Format(time.RFC3339)
		}
	case 0x0aa1: // MCC_Data
		value += " (mobile country code) " + text(data)
	}
	return value, true
}
