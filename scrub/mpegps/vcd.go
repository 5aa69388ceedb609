package mpegps

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"

	"untag/scrub"
	"untag/scrub/pes"
	"untag/scrub/sniff"
)

// VCD is a film of a video CD as it is copied off one: the sectors of the disc behind a head of
// RIFF, with a pack in each.
var VCD = scrub.Format{
	Name: "vcd", Title: "VCD film, sectors of a CD",
	Sniff: sniff.Like("RIFF????CDXA", discSync),
	Parse: func(s *scrub.Scan) error { return newParser(s).disc() },
}

// A sector of a disc (ECMA-130, CD-ROM XA): sync, address, a sub-header twice, data, and a
// checksum over all from the sub-header on. Form 2 has more data, and no more than that.
const (
	discSync  = "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"
	riffLen   = 44
	sectorLen = 2352
	subHeader = 16
	dataAt    = 24
	dataLen   = 2324
	sumAt     = dataAt + dataLen
	form2     = 0x20 // in the third byte of the sub-header
	gapLen    = 20   // bytes behind a pack of sound
)

// edc is the polynomial of the checksum.
var edc = crc32.MakeTable(0xd8018001)

// sum is the checksum of a sector of form 2.
func sum(b []byte) uint32 { return ^crc32.Update(^uint32(0), edc, b[subHeader:sumAt]) }

// disc works on sectors.
func (p *parser) disc() error {
	s := p.S
	if s.Size() < riffLen+sectorLen {
		return s.Errorf(0, "no sectors")
	}
	head := s.Get(0, riffLen)
	start := p.discHead(head)
	p.Log, p.gap = true, gapLen
	from, wrong, err := p.sectors(start)
	if err != nil {
		return err
	}
	if from <= riffLen {
		return s.Errorf(from, "no sectors")
	}
	p.end = from
	if rest := s.Left(from); rest > 0 && rest < sectorLen {
		b := s.Get(from, int(rest))
		if n := min(len(b), len(discSync)); discSync[:n] == string(b[:n]) {
			p.Cut(b)
			p.end = s.Size()
		}
	}
	if err := p.endTracks(); err != nil {
		return err
	}
	p.settleStrays()
	p.sums(wrong)
	p.Finish(0, p.end, "sectors")
	if p.end < s.Size() {
		e := scrub.End{Off: p.end, Proof: scrub.Counted, More: p.more}
		if n := int64(binary.LittleEndian.Uint32(head[40:])); riffLen+n != p.end {
			e.Proof = scrub.Said
		}
		s.End(e)
	}
	return nil
}

// discHead deals with the header that Windows puts before the sectors, if it is there, and
// returns where they start.
func (p *parser) discHead(head []byte) int64 {
	if !bytes.HasPrefix(head, []byte("RIFF")) {
		return 0
	}
	p.Keep(0, 20, scrub.Structure, "RIFF")
	p.Fill(20, head[20:24], 0, scrub.ID, "RIFF/fmt") // user and group; attributes and the number of the file stay
	p.Keep(24, 5, scrub.Structure, "RIFF")
	p.Fill(29, head[29:36], 0, scrub.Hidden, "RIFF/fmt")
	p.Keep(36, 8, scrub.Structure, "RIFF")
	return riffLen
}

// sectors goes through them and returns where they end, and those whose sum is not that
// of their data.
func (p *parser) sectors(from int64) (end int64, wrong []int64, err error) {
	s := p.S
	buf := make([]byte, 200*sectorLen)
	for s.Left(from) >= sectorLen {
		b := buf[:min(int64(len(buf)), s.Left(from)/sectorLen*sectorLen)]
		if _, err := s.ReadAt(b, from); err != nil {
			return 0, nil, err
		}
		for ; bytes.HasPrefix(b, []byte(discSync)); b, from = b[sectorLen:], from+sectorLen {
			sector := b[:sectorLen]
			if err := p.sector(from, sector); err != nil {
				return 0, nil, err
			}
			if got := binary.LittleEndian.Uint32(sector[sumAt:]); sector[18]&form2 != 0 && got != 0 && got != sum(sector) {
				wrong = append(wrong, from)
			}
		}
		if len(b) == 0 {
			continue
		}
		next := p.find([]byte(discSync), from, s.Size())
		if s.Left(next) < sectorLen {
			break
		}
		s.Doubt("something stands between sectors")
		from = next
	}
	return from, wrong, nil
}

// sector deals with the data of a sector. Those of form 1, which have correction codes, are
// not looked into.
func (p *parser) sector(off int64, b []byte) error {
	p.Keep(off+sumAt, sectorLen-sumAt, scrub.Structure, "sectors/sum")
	data := b[dataAt:sumAt]
	switch {
	case b[18]&form2 == 0:
		if !pes.Constant(b[dataAt:dataAt+2048], 0) {
			p.S.Doubt("sectors of a form that is not looked into")
		}
		return nil
	case !bytes.Equal(b[subHeader:subHeader+4], b[subHeader+4:dataAt]):
		p.S.Doubt("sectors whose heads contradict themselves")
		return nil
	}
	at := 0
	for at < len(data) && !pes.Constant(data[at:], 0) {
		n, err := p.unit(off+dataAt+int64(at), data[at:])
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		at += n
	}
	const video, sound = 2, 4
	rest := data[at:]
	if empty := at == 0 && b[18]&(video|sound) == 0; !empty && len(rest) > gapLen && !pes.Constant(rest, 0) {
		p.S.Doubt("something stands between packets")
		return nil
	}
	p.Fill(off+dataAt+int64(at), rest, 0, scrub.Hidden, "sectors/gap")
	return nil
}

// sums puts the checksums of sectors right that change, or whose checksum an interrupted run
// left as it was.
func (p *parser) sums(wrong []int64) {
	edits := map[int64][]scrub.Edit{}
	slices.SortStableFunc(p.Edits, func(a, b scrub.Edit) int { return cmp.Compare(a.Phase, b.Phase) })
	for _, e := range p.Edits {
		if e.Off >= riffLen {
			off := e.Off - (e.Off-riffLen)%sectorLen
			edits[off] = append(edits[off], e) // none reaches into another sector
		}
	}
	sectors := slices.AppendSeq(slices.Clone(wrong), maps.Keys(edits))
	slices.Sort(sectors)
	for _, off := range slices.Compact(sectors) {
		b := p.S.Get(off, sectorLen)
		if b[18]&form2 == 0 || binary.LittleEndian.Uint32(b[sumAt:]) == 0 {
			continue
		}
		was := binary.LittleEndian.Uint32(b[sumAt:])
		for _, e := range edits[off] {
			e.Onto(b, off)
		}
		if now := sum(b); now != was {
			p.S.Put(scrub.Repair, off+sumAt, binary.LittleEndian.AppendUint32(nil, now))
		}
	}
}
