package jpeg

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/jpeg/entropy"
	"untag/scrub/jpeg/entropy/plain"
)

const lastCoefficient = 63

// plainTable decodes bit by bit.
type plainTable struct {
	codes map[[2]int]int // by length and code
	used  [256]bool
}

func plainTableOf(counts, symbols []byte) *plainTable {
	t := &plainTable{codes: map[[2]int]int{}}
	code := 0
	for n := 1; n <= 16; n, code = n+1, code<<1 {
		for range counts[n-1] {
			t.codes[[2]int{n, code}] = int(symbols[0])
			symbols, code = symbols[1:], code+1
		}
	}
	return t
}

func (t *plainTable) symbol(p *plain.Bits) (int, bool) {
	code, before := 0, *p
	for n := 1; n <= 16; n++ {
		code = code<<1 | p.Take(1)
		if s, ok := t.codes[[2]int{n, code}]; ok {
			t.used[s] = true
			return s, true
		}
	}
	*p = before
	return 0, false
}

// plainScan steps over the blocks of T.81 as its flow charts do.
type plainScan struct {
	entropy.Header
	progressive bool
	dc, ac      [4]*plainTable
	blocks      map[int]map[[2]int]bool // by component: block and coefficient that is not zero
	run         int
}

func (s *plainScan) step(p *plain.Bits, group int) bool {
	for _, u := range s.Units {
		if s.progressive && s.From == 0 && s.Refines {
			p.Take(1)
			continue
		}
		if s.From == 0 {
			n, ok := s.dc[u.DC].symbol(p)
			if !ok || n > 15 {
				return false
			}
			p.Take(n)
		}
		if s.progressive && s.From > 0 && !s.band(p, s.ac[u.AC], group, s.blocks[u.Component]) {
			return false
		}
		if !s.progressive && !s.block(p, s.ac[u.AC]) {
			return false
		}
	}
	return true
}

func (s *plainScan) block(p *plain.Bits, t *plainTable) bool {
	for k := 1; k <= lastCoefficient; k++ {
		c, ok := t.symbol(p)
		switch {
		case !ok || c&15 == 0 && c>>4 > 0 && c>>4 < 15:
			return false
		case c == 0:
			return true
		}
		k += c >> 4
		p.Take(c & 15)
		if k > lastCoefficient {
			return false
		}
	}
	return true
}

func (s *plainScan) band(p *plain.Bits, t *plainTable, block int, set map[[2]int]bool) bool {
	k := s.From
	for s.run == 0 && k <= s.To {
		c, ok := t.symbol(p)
		run, size := c>>4, c&15
		if !ok || s.Refines && size > 1 {
			return false
		}
		if size == 0 && run < 15 {
			s.run = 1<<run + p.Take(run)
			break
		}
		p.Take(size)
		for ; s.Refines && k <= s.To && (run > 0 || set[[2]int{block, k}]); k++ {
			if set[[2]int{block, k}] {
				p.Take(1)
			} else {
				run--
			}
		}
		if k += run; k > s.To && (size > 0 || !s.Refines) {
			return false
		}
		if size > 0 {
			set[[2]int{block, k}] = true
		}
		k++
	}
	if s.run > 0 {
		s.run--
		for ; s.Refines && k <= s.To; k++ {
			if set[[2]int{block, k}] {
				p.Take(1)
			}
		}
	}
	return true
}

// plainly is decoder.scans.
func plainly(data []byte, pic *picture, f entropy.Frame) (out []entropy.Scan, tables []*plainTable) {
	s := plainScan{progressive: f.Progressive, blocks: map[int]map[[2]int]bool{}}
	for i := range f.Components {
		s.blocks[i] = map[[2]int]bool{}
	}
	for i := range 4 {
		for class, to := range []*[4]*plainTable{&s.dc, &s.ac} {
			if i < 2 {
				to[i] = plainTableOf(entropy.UsualTable(class, i))
			}
		}
	}
	interval := 0
	for _, g := range pic.segments {
		if g.code != dht && g.code != dri && g.code != sos {
			continue
		}
		b := data[g.body():g.end()]
		switch g.code {
		case dri:
			interval = number(b)
		case dht:
			for len(b) >= 17 && entropy.TableLength(b) <= len(b) {
				n := entropy.TableLength(b)
				t := plainTableOf(b[1:17], b[17:n])
				tables = append(tables, t)
				if to := []*[4]*plainTable{&s.dc, &s.ac}; b[0]>>4 < 2 {
					to[b[0]>>4][b[0]&15] = t
				}
				b = b[n:]
			}
		case sos:
			out = append(out, s.scan(data, pic.scans[len(out)], &f, b, interval))
		}
	}
	return out, tables
}

func (s *plainScan) scan(data []byte, r scrub.Range, frame *entropy.Frame, b []byte, interval int) entropy.Scan {
	f := entropy.Scan{Range: r}
	h, ok := frame.Header(b)
	if !ok {
		f.Lost = "a scan has no decoder"
		return f
	}
	for _, u := range h.Units {
		if h.From == 0 && !(s.progressive && h.Refines) && s.dc[u.DC] == nil || h.To > 0 && s.ac[u.AC] == nil {
			f.Lost = "a scan has no decoder"
			return f
		}
	}
	s.Header, s.run = h, 0
	p := &plain.Bits{Data: data[:r.End()], At: int(r.Off)}
	gap := func(end int) {
		switch v := p.Cur & (1<<p.Have - 1); {
		case p.Have == 0:
		case v == 0:
			f.Zeros = true
		case v == 1<<p.Have-1:
			f.Ones = true
		default:
			f.Odd = true
		}
		if p.At < end {
			f.Gaps = append(f.Gaps, scrub.Range{Off: int64(p.At), Len: int64(end - p.At)})
		}
	}
	for i := range h.Groups {
		if interval > 0 && i > 0 && i%interval == 0 {
			q := *p
			gap(q.Align())
			if *p = q; !p.Restart(i/interval - 1) {
				f.Lost = "a restart marker is missing"
				return f
			}
			s.run = 0
		}
		ok := s.step(p, i)
		if left := p.Left(); left < 0 || !ok && left < 16 {
			if p.Align() < int(r.End()) {
				f.Lost = "coded data is missing"
			}
			return f
		}
		if !ok {
			f.Lost = "coded data is damaged"
			return f
		}
	}
	gap(int(r.End()))
	return f
}

// scanOf hands f a scan of data.
func scanOf(t *testing.T, data []byte, f func(*scrub.Scan) error) error {
	t.Helper()
	var failed error
	e := scrub.NewEngine([]scrub.Format{{Name: "jpeg", Sniff: sniff, Parse: func(s *scrub.Scan) error { failed = f(s); return failed }}})
	if _, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Depth: scrub.DepthDeep}); err != nil {
		t.Fatal(err)
	}
	return failed
}

// compared tells whether the picture has a frame to step through.
func compared(t *testing.T, name string, data []byte) (lost, through int) {
	t.Helper()
	err := scanOf(t, data, func(s *scrub.Scan) error {
		p := &parser{Scan: s}
		pic, err := p.walk(0)
		if err != nil || len(pic.frames) != 1 || !huffman(pic.frames[0].code) {
			return err
		}
		f, ok, err := p.readFrame(pic)
		if err != nil || !ok || f.Width*f.Height > 1<<24 {
			return err
		}
		d := entropy.New(p.Reader, f)
		got, err := p.scans(d, pic)
		if err != nil {
			return err
		}
		want, tables := plainly(data, pic, f)
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s: scan %d:\n%+v, want\n%+v", name, i, got[i], want[i])
			}
			if got[i].Lost != "" {
				lost++
			} else {
				through++
			}
		}
		for i, h := range d.All() {
			if h.Used() != tables[i].used {
				t.Errorf("%s: the symbols of table %d that occur are others", name, i)
			}
		}
		return nil
	})
	if err != nil && !errors.As(err, new(*scrub.FormatError)) {
		t.Errorf("%s: %v", name, err)
	}
	return lost, through
}

// invented is a picture of random coefficients with random codes.
type invented struct {
	lot  *rand.Rand
	acc  []byte
	bits int // in the lastCoefficient byte of acc
}

func (v *invented) put(code, n int) {
	for n--; n >= 0; n-- {
		if v.bits == 0 {
			v.acc = append(v.acc, 0)
		}
		v.acc[len(v.acc)-1] |= byte(code>>n&1) << (7 - v.bits)
		if v.bits = (v.bits + 1) & 7; v.bits == 0 && v.acc[len(v.acc)-1] == 0xFF {
			v.acc = append(v.acc, 0)
		}
	}
}

func (v *invented) align() {
	for v.bits > 0 {
		v.put(1, 1)
	}
}

// codes returns counts that leave few codes without a symbol, and none with ones only.
func (v *invented) codes(symbols []byte) (dht []byte, codes map[byte][2]int) {
	counts := make([]byte, 16)
	codes = map[byte][2]int{}
	room, code, at := 2, 0, 0
	for n := 1; n <= 16; n, room, code = n+1, 2*room, code<<1 {
		rest := len(symbols) - at
		k := min(rest, v.lot.IntN(room), 1+v.lot.IntN(5))
		for k > 0 && rest-k > (room-k-1)<<(16-n) {
			k--
		}
		if n == 16 {
			k = rest
		}
		for range k {
			codes[symbols[at]] = [2]int{n, code}
			code, at = code+1, at+1
		}
		counts[n-1], room = byte(k), room-k
	}
	return append(counts, symbols...), codes
}

// picture returns the JPEG from SOI to EOI.
func (v *invented) picture(groups int, sampling []byte, interval int) []byte {
	dcSymbols, acSymbols := make([]byte, 16), []byte{0, 0xF0}
	for i := range dcSymbols {
		dcSymbols[i] = byte(i)
	}
	for c := range 256 {
		if c&15 > 0 && v.lot.IntN(3) > 0 {
			acSymbols = append(acSymbols, byte(c))
		}
	}
	v.lot.Shuffle(len(acSymbols), func(i, j int) { acSymbols[i], acSymbols[j] = acSymbols[j], acSymbols[i] })
	acSymbols = acSymbols[:1+v.lot.IntN(len(acSymbols))]
	if !slices.Contains(acSymbols, 0) {
		acSymbols[0] = 0
	}
	dcTable, dc := v.codes(dcSymbols)
	acTable, ac := v.codes(acSymbols)
	out := "\xff\xd8" + seg(dht, "\x00", string(dcTable), "\x10", string(acTable))
	frame, scan, units := "", "", 0
	for i, hv := range sampling {
		frame += string([]byte{byte(i), hv, 0})
		scan += string([]byte{byte(i), 0})
		units += int(hv>>4) * int(hv&15)
	}
	h, w := be16(8*uint16(sampling[0]&15)), be16(8*uint16(sampling[0]>>4)*uint16(groups))
	if len(sampling) == 1 { // which is in single blocks
		groups, units = groups*units, 1
	}
	out += seg(sof0, "\x08", h, w, string(rune(len(sampling))), frame)
	if interval > 0 {
		out += seg(dri, be16(uint16(interval)))
	}
	out += seg(sos, string(rune(len(sampling))), scan, "\x00\x3f\x00")
	for g := range groups {
		if interval > 0 && g > 0 && g%interval == 0 {
			v.align()
			v.acc = append(v.acc, bytes.Repeat([]byte{0xFF}, 1+v.lot.IntN(2)*v.lot.IntN(9))...)
			v.acc = append(v.acc, rst0|byte((g/interval-1)&7))
		}
		for range units {
			s := dcSymbols[v.lot.IntN(len(dcSymbols))]
			v.put(dc[s][1], dc[s][0])
			v.put(v.lot.IntN(1<<s), int(s))
			v.block(acSymbols, ac)
		}
	}
	v.align()
	return append([]byte(out), append(v.acc, 0xFF, eoi)...)
}

func (v *invented) block(symbols []byte, codes map[byte][2]int) {
	for k := 1; k <= lastCoefficient; k++ {
		c := symbols[v.lot.IntN(len(symbols))]
		if v.lot.IntN(20) == 0 || k+int(c>>4) > lastCoefficient {
			c = 0
		}
		v.put(codes[c][1], codes[c][0])
		if c == 0 {
			return
		}
		v.put(v.lot.IntN(1<<(c&15)), int(c&15))
		k += int(c >> 4)
	}
}

// Pictures of all kinds, whole and damaged, are stepped through as by the book.
func TestStepsAreThose(t *testing.T) {
	lot := rand.New(rand.NewPCG(3, 4))
	var lost, through int
	try := func(name string, data []byte) {
		l, n := compared(t, name, data)
		lost, through = lost+l, through+n
	}
	damage := func(name string, data []byte, times int) {
		try(name, data)
		start := bytes.Index(data, []byte{0xFF, sos}) + 2
		for i := range times {
			b := bytes.Clone(data)
			at := start + lot.IntN(len(b)-start)
			switch lot.IntN(5) {
			case 0:
				b[at] ^= 1 << lot.IntN(8)
			case 1:
				b = b[:at]
			case 2:
				b = slices.Concat(b[:at], []byte{0xFF, eoi})
			case 3:
				b = slices.Insert(b, at, []byte("\xff\xff\x00\xff\xd3")[lot.IntN(5):]...)
			default:
				b = slices.Delete(b, at, min(len(b), at+1+lot.IntN(4)))
			}
			try(fmt.Sprint(name, " damaged ", i), b)
		}
	}
	for i := range 36 {
		sampling := [][]byte{{0x11}, {0x22}, {0x11, 0x11, 0x11}, {0x22, 0x11, 0x11}, {0x21, 0x11, 0x11}, {0x11, 0x11, 0x11, 0x11}}[i%6]
		v := &invented{lot: lot}
		damage(fmt.Sprint("invented ", i), v.picture(1+lot.IntN(20), sampling, []int{0, 1, 3}[lot.IntN(3)]), 8)
	}
	v := &invented{lot: lot}
	damage("long", v.picture(200, []byte{0x22, 0x11, 0x11}, 0), 2)
	for _, s := range samples.All() {
		if bytes.HasPrefix(s.Data, []byte{0xFF, soi, 0xFF}) && len(s.Data) < 16<<10 && bytes.Contains(s.Data, []byte{0xFF, sos}) {
			damage(s.Name, s.Data, 2)
		}
	}
	if lost < 50 || through < 50 {
		t.Errorf("%d scans were lost, %d were not", lost, through)
	}
}
