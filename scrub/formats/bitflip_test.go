package formats_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
)

// boxHolders are the boxes whose boxes are damaged, too, with how many bytes stand
// before those.
var boxHolders = map[string]int64{"moov": 8, "trak": 8, "mdia": 8, "minf": 8, "stbl": 8, "moof": 8, "traf": 8, "mvex": 8, "dinf": 8, "edts": 8, "tref": 8, "mfra": 8, "udta": 8, "dref": 16, "stsd": 16,
	"iprp": 8, "ipco": 8, "grpl": 8, "iref": 12, "iinf": 14}

// field is a byte of the box at place in which a bit may be lost.
type field struct {
	off   int64
	place string
}

// boxFields returns lengths and names of all boxes in [off, end), and the bytes of
// those that hold no others: versions, flags, counts, numbers, text.
func boxFields(b []byte, off, end int64, path string, out map[string][]field) {
	for end-off >= 8 {
		n := int64(binary.BigEndian.Uint32(b[off:]))
		if n == 0 {
			n = end - off
		}
		if n < 8 || n > end-off {
			return
		}
		typ := string(b[off+4 : off+8])
		place := path + "/" + typ
		head := boxHolders[typ]
		if typ == "meta" && n > 32 && string(b[off+28:off+32]) == "pict" { // of a still picture
			head = 12
		}
		for i := range min(n, 8) {
			part := []string{" length", " name"}[i/4]
			out[part] = append(out[part], field{off + i, place + part})
		}
		if head > 0 && n >= head {
			boxFields(b, off+head, off+n, place, out)
		} else if typ != "mdat" && typ != "idat" && typ != "mini" {
			for i := int64(8); i < n; i++ {
				part := " field"
				if i >= 24 {
					part = " rest"
				}
				if strings.Contains(place, "/stsd/") || strings.Contains(place, "/ipco/") && strings.HasSuffix(place, "C") || place[len(place)-4:] == "stco" || place[len(place)-4:] == "co64" {
					break // parameter sets are the codecs' matter; a chunk of sound may move into a gap beside it
				}
				out[part] = append(out[part], field{off + i, place + part})
			}
		}
		off += n
	}
}

// TestBitsOfBoxes has one bit of a box flipped: of each name, and by lot of lengths,
// fields and the rest. No edit of a rehearsed plan may then destroy what was payload.
func TestBitsOfBoxes(t *testing.T) {
	for _, s := range samples.All() {
		if (s.Format == "bmff" || s.Format == "heif") && !s.Odd {
			flipBits(t, s.Name, s.Data, map[string]int{" name": 120, " length": 30, " field": 50, " rest": 30})
		}
	}
}

// TestBitsOfBoxesOfCorpus is the same with real films.
func TestBitsOfBoxesOfCorpus(t *testing.T) {
	dir := corpusDir(t)
	e := parsed(t, "bmff")
	for name, format := range recognised(t, e, dir) {
		if format != "bmff" && format != "heif" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if len(data) < 3<<20 {
			flipBits(t, name, data, map[string]int{" name": 30, " length": 10, " field": 12, " rest": 8})
		}
	}
}

func flipBits(t *testing.T, name string, data []byte, lots map[string]int) {
	t.Helper()
	e := parsed(t, "bmff")
	opt := scrub.Options{Depth: scrub.DepthDeep}
	base, err := e.Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	if base.Status() != scrub.Clean && base.Status() != scrub.Dirty {
		return
	}
	seed := fnv.New64()
	seed.Write([]byte(name))
	lot := rand.New(rand.NewPCG(seed.Sum64(), 1))
	parts := map[string][]field{}
	boxFields(data, 0, int64(len(data)), "", parts)
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		fields := parts[part]
		n := lots[part]
		if testing.Short() {
			n /= 6
		}
		for range min(n, 8*len(fields)) {
			f := fields[lot.IntN(len(fields))]
			bit := lot.IntN(8)
			bad := bytes.Clone(data)
			bad[f.off] ^= 1 << bit
			p, err := e.Rehearse(bytes.NewReader(bad), int64(len(bad)), opt)
			if err != nil {
				t.Errorf("%s: bit %d of 0x%x, %s: %v", name, bit, f.off, f.place, err)
				continue
			}
			if lost := destroyed(base, p); lost != "" {
				t.Errorf("%s: bit %d of 0x%x, %s: %s; the plan is %s", name, bit, f.off, f.place, lost, p.Status())
			}
		}
	}
}

// destroyed tells which edit or cut of q meets what p calls payload.
func destroyed(p, q *scrub.Plan) string {
	for _, s := range p.Map {
		if s.Role != scrub.Payload {
			continue
		}
		if s.End() > q.End {
			return fmt.Sprintf("%d bytes of payload are cut off", s.End()-max(q.End, s.Off))
		}
		for _, e := range q.Edits {
			if n := min(s.End(), e.End()) - max(s.Off, e.Off); n > 0 {
				return fmt.Sprintf("an edit at 0x%x destroys %d bytes of payload", e.Off, n)
			}
		}
	}
	return ""
}
