// Package lossless cleans WavPack, Monkey's Audio, TTA and TAK in place. What gives people away
// in them, beside the tags behind them, is the header and trailer of the file that was
// compressed: they are stored whole, chunks of recorders and studios among them.
package lossless

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/sniff"
)

// Formats are the entries of this package in the table of formats.
func Formats() []scrub.Format {
	one := func(name, title, extensions string, is sniff.Func, parse func(*scrub.Scan) error) scrub.Format {
		return scrub.Format{Name: name, Title: title, Extensions: strings.Fields(extensions), Sniff: is, Parse: parse}
	}
	return []scrub.Format{
		one("wavpack", "WavPack sound", "wv wvc", sniff.Like("wvpk"), wavpack),
		one("ape", "Monkey's Audio", "ape", sniff.Like("MAC ??\x00\x00", "MAC ?\x0f", "MAC ?\x0e"), monkey),
		one("tta", "TTA sound", "tta", sniff.Like("TTA1"), tta),
		one("tak", "TAK sound", "tak", sniff.Like("tBaK"), tak),
	}
}

func le16(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint16(b[at:])) }
func le32(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }

// Chunks that say nothing but how samples are stored.
var bare = []string{"fmt ", "data", "fact", "ds64"}

// bareWAV tells whether b, the header of a WAV file, holds no more than a player needs.
func bareWAV(b []byte) bool {
	if len(b) < 20 || string(b[8:12]) != "WAVE" {
		return false
	}
	for b = b[12:]; len(b) >= 8; {
		id, n := string(b[:4]), le32(b, 4)
		known := false
		for _, k := range bare {
			known = known || id == k
		}
		emptied := id == "JUNK" && n <= int64(len(b)-8) && len(bytes.Trim(b[8:8+n], "\x00")) == 0
		if !known && !emptied || n > 64 && id != "data" && !emptied {
			return false
		}
		if id == "data" {
			return len(b) == 8
		}
		b = b[8+min(n+n&1, int64(len(b)-8)):]
	}
	return false
}

// tta reads header, seek table and frames (tausoft.org: TTA1): all of them have checksums
// or lengths, and nothing in them is free.
func tta(s *scrub.Scan) error {
	const head, rate = 22, 245
	b := s.Get(0, head)
	hz, samples := le32(b, 10), le32(b, 14)
	frame := hz * 256 / rate
	if frame == 0 || samples == 0 || crc32.ChecksumIEEE(b[:head-4]) != binary.LittleEndian.Uint32(b[head-4:]) {
		return s.Errorf(0, "a header with a wrong checksum")
	}
	n := (samples + frame - 1) / frame
	if 4*n+4 > s.Left(head) || 4*n+4 > scrub.MaxPiece {
		return s.Errorf(head, "a seek table of %d entries, %d bytes are left", n, s.Left(head))
	}
	table := s.Get(head, int(4*n+4))
	s.Claim(0, head+4*n+4, scrub.Structure, "header")
	end := head + 4*n + 4
	from := end
	for i := range n {
		end += le32(table, int(4*i))
	}
	tail, err := apetag.Find(s)
	if err != nil {
		return err
	}
	e := scrub.End{Off: end, Proof: scrub.Proven}
	if crc32.ChecksumIEEE(table[:4*n]) != binary.LittleEndian.Uint32(table[4*n:]) || end > tail.Start {
		e = scrub.End{Off: tail.Start, Doubt: "the seek table is damaged, or the file cut short"}
		s.Doubt("%s", e.Doubt)
	}
	s.Claim(from, e.Off-from, scrub.Payload, "frames")
	return tail.Clean(e)
}
