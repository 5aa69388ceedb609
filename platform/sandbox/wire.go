package sandbox

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// What is said is a row of numbers (unsigned varints), bytes, and strings with
// their length in front. Places repeat from span to span: a string of that sort
// goes into one of some numbered slots, and is named by its slot if it is there
// already.
const slots = 256

type encoder struct {
	w    *bufio.Writer // keeps the first error for Flush
	seen []string      // by slot; nil before the first place
}

func (e *encoder) uint(n uint64) {
	var b [binary.MaxVarintLen64]byte
	e.w.Write(b[:binary.PutUvarint(b[:], n)])
}

func (e *encoder) int(n int64) { e.uint(uint64(n)) }

func (e *encoder) byte(b byte) { e.w.WriteByte(b) }

// number sends 8 bytes of fixed length.
func (e *encoder) number(n uint64) { e.w.Write(encodeNumber(n)) }

func encodeNumber(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

func decodeNumber(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

func (e *encoder) bool(b bool) {
	if b {
		e.byte(1)
	} else {
		e.byte(0)
	}
}

// text sends at most most bytes of s.
func (e *encoder) text(s string, most int) {
	s = s[:min(len(s), most)]
	e.int(int64(len(s)))
	e.w.WriteString(s)
}

func (e *encoder) texts(all []string, most int) {
	e.int(int64(len(all)))
	for _, s := range all {
		e.text(s, most)
	}
}

func (e *encoder) place(s string) {
	s = s[:min(len(s), maxText)]
	slot := hash(s) % slots
	if e.seen == nil {
		e.seen = make([]string, slots)
	}
	e.uint(uint64(slot))
	known := e.seen[slot] == s
	e.bool(known)
	if !known {
		e.seen[slot] = s
		e.text(s, maxText)
	}
}

// hash is FNV-1a.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// errMalformed reports what no encoder says.
var errMalformed = errors.New("malformed")

// decoder reads what may be hostile. After the first error everything is zero.
type decoder struct {
	r    *bufio.Reader
	left int64 // bytes that may still come
	err  error
	seen []string // by slot; nil before the first place
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *decoder) malformed(format string, args ...any) {
	d.fail(fmt.Errorf("%w: %s", errMalformed, fmt.Sprintf(format, args...)))
}

// take books n bytes.
func (d *decoder) take(n int64) bool {
	if d.err == nil && n > d.left {
		d.malformed("more than is ever said")
	}
	if d.err != nil {
		return false
	}
	d.left -= n
	return true
}

func (d *decoder) byte() byte {
	if !d.take(1) {
		return 0
	}
	b, err := d.r.ReadByte()
	if err != nil {
		d.fail(err)
		return 0
	}
	return b
}

func (d *decoder) bool(what string) bool {
	switch d.byte() {
	case 0:
	case 1:
		return true
	default:
		d.malformed("%s is neither yes nor no", what)
	}
	return false
}

// uint reads a number up to most.
func (d *decoder) uint(most uint64, what string) (n uint64) {
	for shift := 0; ; shift += 7 {
		b := d.byte()
		if shift == 63 && b > 1 {
			d.malformed("%s has more than 64 bits", what)
		}
		if d.err != nil {
			return 0
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	if n > most {
		d.malformed("%s is %d, above %d", what, n, most)
		return 0
	}
	return n
}

func (d *decoder) int(most int64, what string) int64 { return int64(d.uint(uint64(most), what)) }

func (d *decoder) count(most int, what string) int { return int(d.uint(uint64(most), what)) }

// bytes reads n of them. What arrives is kept, not what is announced.
func (d *decoder) bytes(n int64) []byte {
	const step = 64 << 10
	if !d.take(n) {
		return nil
	}
	b := make([]byte, 0, min(n, step))
	for n > 0 {
		now := int(min(n, step))
		b = append(b, make([]byte, now)...)
		if _, err := io.ReadFull(d.r, b[len(b)-now:]); err != nil {
			d.fail(err)
			return nil
		}
		n -= int64(now)
	}
	return b
}

// text reads a string of at most most bytes, valid UTF-8 whatever was sent.
func (d *decoder) text(most int, what string) string {
	n := d.int(int64(most), what)
	return strings.ToValidUTF8(string(d.bytes(n)), "\uFFFD")
}

func (d *decoder) texts(count, most int, what string) (all []string) {
	for n := d.count(count, what); n > 0 && d.err == nil; n-- {
		all = append(all, d.text(most, what))
	}
	return all
}

// line reads text that is shown as it is.
func (d *decoder) line(most int) string { return printable(d.text(most, "a line"), most) }

func (d *decoder) lines(count, most int, what string) (all []string) {
	for n := d.count(count, what); n > 0 && d.err == nil; n-- {
		all = append(all, d.line(most))
	}
	return all
}

func (d *decoder) place() string {
	slot := d.uint(slots-1, "the slot of a place")
	if d.seen == nil {
		d.seen = make([]string, slots)
	}
	if !d.bool("a known place") {
		d.seen[slot] = d.text(maxText, "a place")
	}
	return d.seen[slot]
}

func (d *decoder) number() uint64 {
	b := d.bytes(8)
	if d.err != nil {
		return 0
	}
	return decodeNumber(b)
}

const maxInt64 = math.MaxInt64
