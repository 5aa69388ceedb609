package matroska

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

// kind is what the table says of an element: its type, and the largest value or the
// length that it is bound to, 0 for any.
type kind struct {
	name  string
	typ   byte
	bound int64
}

// elements is what the table says.
type elements struct {
	kinds map[string]kind     // by IDs in hexadecimal digits
	ids   map[string]string   // by names
	rules chunk.Rules         // by places and names
	names map[string]tags.Tag // of tags, what becomes of them
}

// known is the table, in which an element stands with its name, ID and type.
var known = tags.Once(func() *elements {
	e := &elements{map[string]kind{}, map[string]string{}, chunk.Rules{}, nil}
	for _, t := range tags.MustParse(table) {
		if f := strings.Fields(t.ID); len(f) == 3 {
			if t.In == strings.TrimPrefix(t.Place+"/"+t.ID, "/") {
				t.In = f[0]
			}
			k := kind{name: f[0], typ: f[2][0]}
			k.bound, _ = strconv.ParseInt(f[2][1:], 10, 64)
			e.kinds[f[1]], e.ids[f[0]], t.ID = k, f[1], f[0]
		}
		if e.rules[t.Place] == nil {
			e.rules[t.Place] = map[string]tags.Tag{crc32: {Place: t.Place, ID: crc32, Fate: tags.Hand}, half: {Place: t.Place, ID: half, Fate: tags.Go, Kind: scrub.Hidden}}
		}
		e.rules[t.Place][t.ID] = t
	}
	e.names = e.rules["TagName"]
	return e
})

const (
	void    = "Void"   // EC
	crc32   = "CRC-32" // BF
	half    = "retired in part"
	least   = 2 // bytes of the shortest element
	rawVoid = 0xec
	rawCRC  = 0xbf
)

var dialect = &chunk.Dialect{
	Least: least,
	Read: func(s *scrub.Scan, off, end int64) (chunk.Part, error) {
		return element(s, off, end, s.Bytes, openCluster)
	},
	Filler: func(p chunk.Part) bool { return p.ID == void },
	Retire: retire,
	Closed: unseal,
	Sane:   sane,
	Unlink: scrub.Destroy, // checksums and entries that lead there go before
	Vital: []string{"EBML", "Segment", "Cluster", "SimpleBlock", "BlockGroup", "Block", "Info", "TimestampScale", "Tracks", "TrackEntry", "TrackNumber",
		"TrackType", "CodecID", "CodecPrivate", "Video", "Audio", "ContentEncodings", "Timestamp"},
	Raw: func(id string) []byte {
		if raw, ok := known().ids[id]; ok {
			id = raw
		}
		b, _ := hex.DecodeString(id)
		return b
	},
}

// errorf is what an element that is none is refused with.
func errorf(s *scrub.Scan, off int64, b byte) error {
	return s.Errorf(off, "0x%02x where an element is expected", b)
}

// element reads the head of the element at off by means of read (RFC 8794, 5 and 6).
// A segment or cluster of unknown length reaches to what can't be in it, as open tells.
func element(s *scrub.Scan, off, end int64, read func(int64, int) ([]byte, error), open func(s *scrub.Scan, off, end int64) (int64, error)) (chunk.Part, error) {
	b, err := read(off, int(min(12, end-off)))
	if err != nil {
		return chunk.Part{}, err
	}
	n := bits.LeadingZeros8(b[0]) + 1
	if n > 4 || n >= len(b) {
		return chunk.Part{}, errorf(s, off, b[0])
	}
	size, m := vint(b[n:])
	if m == 0 {
		return chunk.Part{}, errorf(s, off, b[0])
	}
	p := chunk.Part{ID: fmt.Sprintf("%X", b[:n]), Off: off, Head: int64(n + m), Size: size}
	if k, ok := known().kinds[p.ID]; ok {
		p.ID = k.name
	}
	room := end - p.Body()
	switch unknown := size == 1<<(7*m)-1; {
	case n == 1 && b[0] == rawVoid:
		p.ID = void
	case n == 1 && b[0] == rawCRC:
		p.ID = crc32
	case unknown && p.ID == "Segment":
		p.Size = room
	case unknown && p.ID == "Cluster":
		p.Size, err = open(s, p.Body(), end)
		return p, err
	case n > 1 && known().ids[p.ID] == "" && size <= room:
		if l, w := vint(b[1:n]); w == n-1 && l == int64(m)+size {
			p.ID = half
		}
	}
	if p.Size > room {
		p.Size, p.Cut = room, true
	}
	return p, nil
}

// noCluster is for what a cluster holds, where another one of unknown length is its end.
func noCluster(*scrub.Scan, int64, int64) (int64, error) { return 0, nil }

// openCluster returns how long the body of a cluster of unknown length is.
func openCluster(s *scrub.Scan, off, end int64) (int64, error) {
	at, read := off, reads(s)
	for end-at >= least {
		p, err := element(s, at, end, read, noCluster)
		if _, inside := known().rules["Cluster"][p.ID]; err != nil || !inside && p.ID != void {
			if err != nil && !scrub.Refusal(err) {
				return 0, err
			}
			break
		}
		at = p.End()
	}
	if end-at < least {
		at = end
	}
	return at - off, nil
}

// reads returns a function that reads heads of elements that follow each other: in
// pieces that are the longer, the closer together they lie. What it returns holds until
// the next call.
func reads(s *scrub.Scan) func(int64, int) ([]byte, error) {
	const least, most, near = 16, 4 << 10, 128
	if s.Deep() {
		return s.Bytes // what follows the heads is read, too
	}
	var b []byte
	at, size := int64(0), least
	return func(off int64, n int) ([]byte, error) {
		if in := off - at; in >= 0 && in <= int64(len(b)-n) {
			return b[in:][:n], nil
		}
		if off >= at && off-at-int64(len(b)) < near {
			size = min(2*size, most)
		} else {
			size = max(size/2, least)
		}
		b, at = make([]byte, min(max(int64(size), int64(n)), s.Left(off))), off
		if len(b) < n {
			return nil, s.Errorf(off, "%d bytes, expected %d", len(b), n)
		}
		_, err := s.ReadAt(b, off)
		return b[:n], err
	}
}

// vint reads a number of n bytes; n is 0 if b holds none.
func vint(b []byte) (v int64, n int) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0
	}
	n = bits.LeadingZeros8(b[0]) + 1
	if n > len(b) {
		return 0, 0
	}
	var x [8]byte
	copy(x[8-n:], b[:n])
	return int64(binary.BigEndian.Uint64(x[:]) &^ (1 << (7 * n))), n
}

// width is the length of the shortest number that holds v and is not all ones.
func width(v int64) int {
	n := 1
	for v >= 1<<(7*n)-1 {
		n++
	}
	return n
}

// number is v in n bytes, 8 at the most.
func number(v int64, n int) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(v)|1<<(7*n))[8-n:]
}

// retire makes an element Void in one write. Where a sector ends inside of the head,
// the rest of the ID changes first, so that together with the ID of Void it will be a
// length: until then it is an ID that nobody knows, of an element as long as before.
func retire(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
	rest, tail := p.Len()-1, tailOf(s, p)
	w := int64(min(p.Head-1, 8))
	for !s.Atomic(p.Off, 1+w) && w > 1 && rest-w+1 < 1<<(7*(w-1))-1 {
		w--
	}
	switch {
	case tail == 0 || p.ID == half: // the length is there
		s.Put(unlink, p.Off, []byte{rawVoid})
		if p.ID != half {
			tail = p.Head - 1
		}
	case s.Atomic(p.Off, 1+w):
		s.Put(unlink, p.Off, append([]byte{rawVoid}, number(rest-w, int(w))...))
		tail = w
	case rest-tail < 1<<(7*tail)-1:
		s.Put(unlink-1, p.Off+1, number(rest-tail, int(tail)))
		s.Put(unlink, p.Off, []byte{rawVoid})
	default:
		hollow(s, p, unlink, destroy)
		return
	}
	s.Fill(destroy, p.Off+1+tail, rest-tail, 0)
}

// tailOf is the length of the ID of an element without its first byte.
func tailOf(s *scrub.Scan, p chunk.Part) int64 {
	b, err := s.Bytes(p.Off, 1)
	if err != nil {
		return 0 // whoever reads it next says so
	}
	return int64(bits.LeadingZeros8(b[0]))
}

// hollow has an element that can't become Void in one write hold nothing but Void.
func hollow(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
	w := width(p.Size - 1)
	head := append([]byte{rawVoid}, number(p.Size-1-int64(w), w)...)
	if n := int64(len(head)); p.Size > n && s.Atomic(p.Body(), n) {
		s.Put(unlink, p.Body(), head)
		s.Fill(destroy, p.Body()+n, p.Size-n, 0)
		return
	}
	s.Fill(unlink, p.Body(), p.Size, 0)
}

// unseal makes the checksum of an element whose parts change a Void, before they do.
func unseal(w *chunk.Walk, holder chunk.Part) error {
	if holder.Size < least {
		return nil
	}
	p, err := w.Read(w.Scan, holder.Body(), holder.Tail())
	if err == nil && p.ID == crc32 {
		w.Put(scrub.Announce, p.Off, []byte{rawVoid})
		w.Fill(scrub.Unlink, p.Body(), p.Size, 0)
	}
	if scrub.Refusal(err) {
		return nil
	}
	return err
}

// keepCRC claims a checksum, which is no reason for its holder to stay.
func keepCRC(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if p.Size != 4 {
		w.Distrust("a checksum of %d bytes", p.Size)
	}
	return false, w.Keep(p, scrub.Structure, place)
}

// sane is the second witness beside the ID of an element: its body is what its type says.
// What is not known may go if it is small.
func sane(w *chunk.Walk, p chunk.Part) (bool, error) {
	const small, share = 64 << 10, 100
	table := known()
	k, known := table.kinds[table.ids[p.ID]]
	switch {
	case p.Cut:
		return false, nil
	case p.ID == half:
		return true, nil
	case !known:
		return p.Len() <= max(small, w.Size()/share), nil
	case k.typ == 'm':
		rest, err := w.Parts(p.Body(), p.Tail(), func(c chunk.Part) error {
			if c.Cut {
				return errorf(w.Scan, c.Off, 0)
			}
			return nil
		})
		if scrub.Refusal(err) {
			return false, nil
		}
		return rest == p.Tail(), err
	case k.typ == 'b':
		return k.bound == 0 || k.bound == p.Size, nil
	case k.typ == 'd':
		return p.Size == 0 || p.Size == 8, nil
	}
	const longest = 64 << 10
	if p.Size > longest {
		return false, nil
	}
	b := w.Get(p.Body(), int(p.Size))
	switch k.typ {
	case 'u', 'p', 'i':
		most := k.bound
		if most == 0 {
			most = longestTime
		}
		if k.typ == 'p' {
			most = w.Size()
		}
		return len(b) <= 8 && magnitude(b, k.typ == 'i') <= uint64(most), nil
	case 'f':
		return isFraction(b), nil
	}
	return isText(b, k.typ == 's'), nil
}

// longestTime is more than any number that has no bound: a hundred days in nanoseconds.
const longestTime = 1 << 53

// magnitude is the number that b holds without its sign.
func magnitude(b []byte, signed bool) uint64 {
	v := value(b)
	if n := 64 - 8*len(b); signed && n < 64 {
		if v = v << n >> n; v < 0 {
			v = -v
		}
	}
	return uint64(v)
}

// isFraction tells whether b is a number of a usual size: letters are hardly ever.
func isFraction(b []byte) bool {
	var v float64
	switch len(b) {
	case 0:
	case 4:
		v = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		v = math.Float64frombits(binary.BigEndian.Uint64(b))
	default:
		return false
	}
	v = math.Abs(v)
	return v == 0 || v > 1e-9 && v < 1e13
}

// isText tells whether b is text with zeros behind it, in whatever encoding if it need
// not be ASCII.
func isText(b []byte, ascii bool) bool {
	for _, c := range bytes.TrimRight(b, "\x00") {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f && ascii {
			return false
		}
	}
	return true
}

// value is the number that b holds, of its last eight bytes.
func value(b []byte) (v int64) {
	for _, c := range b {
		v = v<<8 | int64(c)
	}
	return v
}
