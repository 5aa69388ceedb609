package riff

import (
	"bytes"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/words"
)

// packets claims pakt (CAF 1.0, Packet Table): how many packets and samples there are, and
// how long each packet is, as numbers of seven bits a byte.
func (m *medium) packets(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 24
	n := min(p.Size, head)
	if err := w.Record(p.Body(), n, chunk.Layout{chunk.UpTo(8, 1<<40), chunk.UpTo(8, 1<<48), chunk.UpTo(4, big), chunk.UpTo(4, big)}, place); err != nil {
		return true, err
	}
	b := w.Get(p.Body(), int(n))
	count, ends := int64(0), int64(-1) // numbers so far, and where something ends that is no zero
	want := w.Number(b[:min(8, len(b))])
	var after [2]int64 // one number a packet, or two: how many samples it has, too
	for off := p.Body() + n; off < p.Tail(); off += int64(len(b)) {
		b = w.Get(off, int(min(p.Tail()-off, 64<<10)))
		for i, c := range b {
			if c != 0 {
				ends = off + int64(i)
			}
			if c&0x80 == 0 {
				if count++; count == want || count == 2*want {
					after[count/want-1] = off + int64(i) + 1
				}
			}
		}
	}
	if want > 0 && ends >= max(after[0], after[1]) && ends >= 0 {
		w.Doubt("there are more lengths than packets")
	}
	w.Claim(p.Body()+n, p.Size-n, scrub.Payload, place)
	return true, claim(w, p, place)
}

// packetTable finds the packet table, which stands before the sound or behind it.
func (m *medium) packetTable() (p chunk.Part, ok bool) {
	const first, many = 8, 1 << 10
	raw := m.raw
	defer func() { m.raw = raw }()
	off := int64(first)
	for range many {
		p, err := m.read(m.Scan, off, m.Size())
		if err != nil || p.Cut || p.ID == "pakt" {
			return p, err == nil && p.ID == "pakt"
		}
		off = p.Tail() + p.Pad
	}
	return p, false
}

// packetLengths visits the lengths of as many packets as a packet table counts.
func (m *medium) packetLengths(p chunk.Part, visit func(no, n int64) error) error {
	const head, most = 24, 1 << 32
	count := m.Number(m.Get(p.Body(), int(min(8, p.Size))))
	no, n := int64(0), int64(0)
	for off := p.Body() + head; off < p.Tail() && no < count; {
		b := m.Get(off, int(min(p.Tail()-off, 64<<10)))
		for _, c := range b {
			if n = n<<7 | int64(c&0x7f); n > most {
				return nil
			}
			if c&0x80 != 0 {
				continue
			}
			if err := visit(no, n); err != nil || no+1 == count {
				return err
			}
			no, n = no+1, 0
		}
		off += int64(len(b))
	}
	return nil
}

// packetFrames looks into the frames of sound that lie at r: in depth into all, else into the first ones
// and the last, and where others than the first one tell something into all as well. Where no
// table tells their lengths it looks into the first one.
func (m *medium) packetFrames(r scrub.Range, place string) error {
	const first, last = 32, 4
	p, ok := m.packetTable()
	count, sum := int64(0), int64(0)
	if ok {
		if err := m.packetLengths(p, func(_, n int64) error { count, sum = count+1, sum+n; return nil }); err != nil {
			return err
		}
	}
	st := &codec.Stream{Kind: m.packed}
	if sum != r.Len {
		m.Doubt("no table tells where frames of sound begin")
		_, err := m.film.look.Frame(st, r.Off, r.Len, 0, place)
		return err
	}
	mark := m.Point()
	for all := m.Deep(); ; all = true {
		told, off := false, r.Off
		err := m.packetLengths(p, func(no, n int64) error {
			if off += n; !all && no >= first && no < count-last {
				m.Claim(off-n, n, scrub.Payload, place)
				return nil
			}
			tells, err := m.film.look.Frame(st, off-n, n, no, place)
			told = told || tells && no > 0
			return err
		})
		if err != nil || all || !told {
			if !all && count > first+last {
				m.Unread()
			}
			return err
		}
		m.Reset(mark)
	}
}

// said are the words of info that people read in music (CAF 1.0, Information Strings).
var said = []string{"title", "artist", "album", "composer", "genre", "year", "track number", "lyricist", "lyrics"}

// texts claims info: keys and values, each behind a zero. Spaces take the place of those
// that go, if others stay.
func (m *medium) texts(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head, most = 4, 64 << 10
	if p.Size <= head || p.Size > most || p.Cut || w.Careful {
		return w.Drop(p, scrub.Comment, place, "")
	}
	all := bytes.Split(w.Get(p.Body()+head, int(p.Size-head)), []byte{0})
	stay := func(i int) bool {
		key := strings.ToLower(string(all[i]))
		return slices.Contains(said, key) && words.Stay(all[i+1], most) == "" && !w.Goes(scrub.Describe, scrub.Title) && (key != "year" || len(all[i+1]) == 4)
	}
	kept := false
	for i := 0; i+1 < len(all); i += 2 {
		kept = kept || stay(i)
	}
	if !kept || len(all)%2 == 0 || len(all[len(all)-1]) > 0 {
		return w.Drop(p, scrub.Comment, place, "")
	}
	w.Claim(p.Body(), head, scrub.Structure, place)
	at := p.Body() + head
	for i := 0; i+1 < len(all); i += 2 {
		n := int64(len(all[i]) + 1 + len(all[i+1]) + 1)
		f := scrub.Finding{Kind: scrub.Title, Role: scrub.Describe, Place: place, Off: at, Len: n, Value: string(all[i+1])}
		switch {
		case stay(i):
			w.Found(f)
			w.Claim(at, n, scrub.Describe, place)
		case len(bytes.Trim(slices.Concat(all[i], all[i+1]), " ")) == 0:
			w.Claim(at, n, scrub.Structure, place)
		default:
			f.Kind, f.Role = scrub.Comment, scrub.Identify
			w.Claim(at, n, scrub.Identify, place)
			w.Gone(f)
			w.Fill(scrub.Destroy, at, int64(len(all[i])), ' ')
			w.Fill(scrub.Destroy, at+int64(len(all[i]))+1, int64(len(all[i+1])), ' ')
		}
		at += n
	}
	return true, claim(w, p, place)
}
