package marks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// vivo recognises the trailer of Vivo phones by the 16 bytes at its end. It says
// nowhere how long it is, and starts with "streamdata" or `vivo{"`.
func vivo(t *tail) (Mark, bool) {
	const foot = "\xff\xff\xff\xff\x1b*9HWfu\x84\x93\xa2\xb1"
	if !t.has(foot) {
		return Mark{}, false
	}
	start := t.find(t.floor, "streamdata", `vivo{"`)
	if start < 0 {
		return t.last(int64(len(foot)), "vivo", "of unknown length"), true
	}
	return t.from(start, "vivo", "description, may hold the unedited picture"), true
}

// find returns where the first of some words stands in the 64 KiB from off on, or -1.
func (t *tail) find(off int64, words ...string) int64 {
	b := t.read(off, int(min(64<<10, t.end-off)))
	first := -1
	for _, w := range words {
		if i := bytes.Index(b, []byte(w)); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	if first < 0 {
		return -1
	}
	return off + int64(first)
}

// onePlus recognises the trailer of OnePlus and Oppo phones: data, a JSON list
// of what and where it is, "jxrs" and the length of the list and this footer.
func onePlus(t *tail) (Mark, bool) {
	const foot, longest = 8, 64 << 10
	b := t.footer(foot)
	if b == nil || string(b[:4]) != "jxrs" {
		return Mark{}, false
	}
	n := le32(b[4:])
	if n <= foot || n > longest || n > t.end-t.floor {
		return Mark{}, false
	}
	m := t.last(n, "oneplus", "")
	var items []struct {
		Name   string `json:"name"`
		Offset int64  `json:"offset"`
	}
	if json.Unmarshal(bytes.TrimRight(t.read(m.Off, int(n)-foot), "\x00"), &items) != nil {
		return m, true
	}
	var names []string
	list := m.Off
	for _, it := range items {
		if it.Offset > 0 && it.Offset <= list-t.floor {
			m.Off = min(m.Off, list-it.Offset)
		}
		if len(names) < 8 {
			names = append(names, text([]byte(it.Name)))
		}
	}
	m.Len, m.Value = t.end-m.Off, strings.Join(names, ", ")
	return m, true
}

// nikonApp recognises what Nikon's app appends: "NIKON APP", records of
// { id, length, data } up to one of zeros, the length of it all, and a footer.
func nikonApp(t *tail) (Mark, bool) {
	const foot, head = 20, 0x40
	b := t.footer(foot)
	if b == nil || !t.has("\x00\x00\x00\x00\x00\x00/NIKON APP") {
		return Mark{}, false
	}
	n := be32(b)
	if n < head+foot || n > t.end-t.floor {
		return Mark{}, false
	}
	m := t.last(n, "nikon-app", "edits and their history")
	m.Proven = bytes.Contains(t.read(m.Off, head), []byte("NIKON APP\x00")) && t.nikonRecords(m.Off+head, t.end-foot)
	return m, true
}

func (t *tail) nikonRecords(at, end int64) bool {
	for range 256 {
		b := t.read(at, 8)
		if b == nil || at > end-8 {
			return false
		}
		if be32(b) == 0 && be32(b[4:]) == 0 {
			return true
		}
		if be32(b[4:]) > end-at-8 {
			return false
		}
		at += 8 + be32(b[4:])
	}
	return false
}

// ligoGPS recognises what dash cameras with LigoGPS software append to videos:
// data that starts with LIGOGPSINFO, "&&&&" and the length of it all.
func ligoGPS(t *tail) (Mark, bool) {
	b := t.footer(8)
	if b == nil || string(b[:4]) != "&&&&" {
		return Mark{}, false
	}
	for _, n := range []int64{be32(b[4:]), le32(b[4:])} {
		if n > 32 && n <= t.end-t.floor && bytes.Contains(t.read(t.end-n, 32), []byte("LIGOGPSINFO")) {
			return t.last(n, "ligogps", fmt.Sprintf("positions, %d bytes", n)), true
		}
	}
	return Mark{}, false
}
