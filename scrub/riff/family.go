package riff

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/words"
)

// family is how containers of one kind write chunks.
type family struct {
	dialect chunk.Dialect
	head    int64 // length of the header of a chunk
	form    string
	lists   []string // chunks that are known by the four letters behind their header, too
	sound   string   // the chunk that holds the samples
	format  string   // the one that tells how they are coded
	align   int64    // chunks are padded to a multiple of so many bytes
	wide    int      // length of the length
	within  bool     // the length is that of all of the chunk
	filler  []byte   // the name of padding
	fillers []string // all names of padding
	guid    bool     // names are GUIDs
}

var (
	riffFamily = &family{
		dialect: dialect(binary.LittleEndian), head: 8, form: "RIFF", lists: []string{"LIST", "RIFF", "RF64", "BW64"}, sound: "data", format: "fmt ", align: 2, wide: 4,
		filler: []byte("JUNK"), fillers: []string{"JUNK", "junk", "PAD ", "FLLR", "Fake", "FAKE"},
	}
	formFamily = &family{
		dialect: dialect(binary.BigEndian), head: 8, form: "FORM", lists: []string{"FORM"}, sound: "SSND", format: "COMM", align: 2, wide: 4,
		filler: []byte("FLLR"), fillers: []string{"FLLR"},
	}
	cafFamily = &family{
		dialect: dialect(binary.BigEndian), head: 12, sound: "data", format: "desc", align: 1, wide: 8,
		filler: []byte("free"), fillers: []string{"free"},
	}
	wave64Family = &family{
		dialect: dialect(binary.LittleEndian), head: 24, form: "riff", lists: []string{"riff"}, sound: "data", format: "fmt ", align: 8, wide: 8, within: true, guid: true,
		filler: guid("junk"), fillers: []string{"junk"},
	}
)

func init() {
	for _, f := range []*family{riffFamily, formFamily, cafFamily, wave64Family} {
		d := &f.dialect
		d.Least = f.head
		d.Filler = func(p chunk.Part) bool { return slices.Contains(f.fillers, p.ID) }
		d.Retire = f.retire
		d.Text = text
	}
}

func dialect(order binary.ByteOrder) chunk.Dialect { return chunk.Dialect{Order: order} }

// vital are the chunks without which a medium of a format doesn't play.
var vital = map[string][]string{
	"avi":  {"LIST hdrl", "LIST movi", "LIST strl", "LIST rec ", "idx1", "avih", "strh", "strf", "##dc", "##db", "##wb", "##pc", "##tx", "ix##", "RIFF AVIX"},
	"wav":  {"fmt ", "data", "ds64"},
	"w64":  {"fmt ", "data"},
	"webp": {"VP8 ", "VP8L", "VP8X", "ANMF", "ALPH"},
	"aiff": {"SSND"},
	"caf":  {"desc", "data", "pakt", "kuki"},
}

// doubtful are those that stand in tags as well: ID3 calls comments COMM. They count
// where something is wrong with the medium already.
var doubtful = map[string][]string{"aiff": {"COMM"}}

// guid is the name of a chunk of Wave64.
func guid(id string) []byte {
	tail := "f3acd3118cd100c04f8edb8a"
	switch id {
	case "riff":
		tail = "2e91cf11a5d628db04c10000"
	case "list":
		tail = "2f91cf11a5d628db04c10000"
	}
	b, _ := hex.DecodeString(tail)
	return append([]byte(id), b...)
}

// retire makes padding of a chunk.
func (f *family) retire(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
	s.Put(unlink, p.Off, f.filler)
	body := p.Off + f.head
	s.Fill(destroy, body, p.End()-body, 0)
}

// starts tells whether a chunk that is needed may start with b.
func (m *medium) starts(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	id := class(string(b[:4]))
	if slices.Contains(m.lists, id) || id == m.sound { // sound that is to come has no length
		return true
	}
	return slices.Contains(m.Vital, id) && (int64(len(b)) < m.head || m.size(b) > 0)
}

// class is how the table writes a name: streams of films are numbered.
func class(id string) string {
	switch {
	case isDigit(id[0]) && isDigit(id[1]) && slices.Contains([]string{"dc", "db", "wb", "pc", "tx", "iv", "__"}, id[2:]):
		return "##" + id[2:]
	case id[:2] == "ix" && isDigit(id[2]) && isDigit(id[3]):
		return "ix##"
	case isDigit(id[0]) && isDigit(id[1]) && id[2:] == "ix":
		return "ix##"
	}
	return id
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// read reads the header of a chunk. That of a list or form is called by its type, too.
func (m *medium) read(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b, err := m.header(s, off, min(m.head+4, end-off))
	if err != nil {
		return chunk.Part{}, err
	}
	p := chunk.Part{Off: off, Head: m.head}
	m.raw = string(b[:min(4, len(b))])
	if p.ID = m.name(b); p.ID == "" || int64(len(b)) < m.head {
		return p, s.Errorf(off, "chunk %q", b[:min(4, len(b))])
	}
	p.Size = m.size(b)
	list := slices.Contains(m.lists, p.ID)
	if off == m.open || p.ID == m.sound && m.wide == 8 && m.unknown(b) {
		p.Size = end - p.Body()
	}
	if list && p.Size < 4 && p.ID != "LIST" {
		p.Size = 4 // to be filled in
	}
	if list && p.Size == 0 && string(b[m.head:]) == "movi" {
		p.Size = math.MaxUint32
	}
	if p.Size < 0 || list && p.Size < 4 {
		return p, s.Errorf(off, "chunk %q of %d bytes", p.ID, p.Size)
	}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	if list && int64(len(b)) >= m.head+4 {
		p.ID, p.Head, p.Size = p.ID+" "+string(b[m.head:m.head+4]), m.head+4, p.Size-4
		if more := int64(len(guid(""))); m.guid {
			p.Head, p.Size = p.Head+more, max(0, p.Size-more)
		}
	}
	p.Pad = min(-(p.Tail()-off)&(m.align-1), end-p.Tail())
	return p, m.unpadded(s, &p, end)
}

// header reads n bytes that a chunk begins with. Among frames that nobody looks into a
// page of the file for each of them would be most of the film.
func (m *medium) header(s *scrub.Scan, off, n int64) ([]byte, error) {
	if !m.sparse {
		return s.Bytes(off, int(n))
	}
	b := make([]byte, n)
	_, err := s.ReadAt(b, off)
	return b, err
}

// unpadded takes padding for none where it isn't zero and a chunk begins in its place:
// some writers leave it out.
func (m *medium) unpadded(s *scrub.Scan, p *chunk.Part, end int64) error {
	if p.Pad != 1 || p.Cut || m.align != 2 || s.Left(p.Tail()) < m.head {
		return nil
	}
	b, err := m.header(s, p.Tail(), min(m.head+1, end-p.Tail()))
	if err != nil || b[0] == 0 || len(b) < 9 {
		return err
	}
	if m.known(m.name(b)) && m.size(b) <= end-p.Tail()-m.head && !m.known(m.name(b[1:])) {
		p.Pad = 0
	}
	return nil
}

// known tells whether some place has a rule for a name, or it is that of padding.
func (m *medium) known(id string) bool {
	for _, r := range rules() {
		if _, ok := r[id]; ok {
			return true
		}
	}
	return id == "LIST" || slices.Contains(m.fillers, id)
}

// size is the length of the body of the chunk that starts with b.
func (m *medium) size(b []byte) int64 {
	n := m.Number(b[m.head-int64(m.wide) : m.head])
	if m.within {
		n = max(n-m.head, min(n, 0)) // 0 is yet to be filled in
	}
	if m.big && m.long > 0 && n == math.MaxUint32 && m.name(b) == m.sound {
		n = m.long
	}
	return n
}

// name is what the table calls the chunk that starts with b, "" if it is none.
func (m *medium) name(b []byte) string {
	if len(b) < 4 {
		return ""
	}
	for i, c := range b[:4] {
		if m.guid && len(b) >= 16 && !bytes.Equal(b[:16], make([]byte, 16)) {
			break
		}
		if (c < ' ' || c > '~') && c != 0xa9 && (c != 0 || i < 3) {
			return ""
		}
	}
	id := strings.Replace(string(b[:4]), "\x00", " ", 1)
	if m.guid {
		if len(b) < 16 || !bytes.Equal(b[4:16], guid(id)[4:16]) {
			return hex.EncodeToString(b[:min(16, len(b))])
		}
		return id
	}
	return class(id)
}

// text decodes a text of whatever code page. Letters of those that nobody names are
// shown as other letters: what they tell is in their digits and signs.
func text(b []byte) string {
	b = bytes.TrimRight(b, "\x00")
	s, _ := words.Decode(b)
	if utf8.Valid(b) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x80 && r < 0xa0 || r == 0xad {
			return r + 0x100 - 0x80
		}
		return r
	}, s)
}
