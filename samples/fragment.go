package samples

// fragments says how a movie is cut into fragments.
type fragments struct {
	per      int  // samples a fragment
	explicit bool // tfhd has a base offset instead of default-base-is-moof
	sidx     bool
	mfra     bool
	before   func(i int) []byte // boxes before moof i
}

// fragmented is the movie in fragments of all its tracks.
func (m *movie) fragmented(f fragments) []byte {
	var trex []byte
	for i := range m.tracks {
		trex = append(trex, fullBox("trex", 0, 0, be32(i+1), be32(1), zeros(12))...)
	}
	m.mvex = box("mvex", trex)
	end, tail := m.end, m.tail
	m.end, m.tail = nil, nil
	out := m.build()
	var parts [][]byte
	at := len(out)
	if f.sidx {
		at += 32 + 12*f.count(m)
	}
	first := at
	var moofs []int
	for i := range f.count(m) {
		var before []byte
		if f.before != nil {
			before = f.before(i)
		}
		moofs = append(moofs, at+len(before))
		part := append(before, f.fragment(m, i, at+len(before))...)
		parts = append(parts, part)
		at += len(part)
	}
	if f.sidx {
		out = append(out, f.index(m, parts)...)
	}
	if len(out) != first {
		panic("samples: fragments moved")
	}
	out = append(out, cat(parts...)...)
	if f.mfra {
		out = append(out, randomAccess(moofs)...)
	}
	return cat(out, cat(end...), tail)
}

func (f fragments) count(m *movie) int {
	return (len(m.tracks[0].samples) + f.per - 1) / f.per
}

// share returns the samples of a track in fragment i.
func (f fragments) share(m *movie, t *track, i int) [][]byte {
	n, all := f.count(m), len(t.samples)
	return t.samples[all*i/n : all*(i+1)/n]
}

// fragment is moof i and its mdat; at is where moof starts in the file.
func (f fragments) fragment(m *movie, i, at int) []byte {
	var bodies [][]byte
	for _, t := range m.tracks {
		bodies = append(bodies, cat(f.share(m, t, i)...))
	}
	moof := func(size int) []byte {
		trafs, off := []byte(nil), size+8
		for j, t := range m.tracks {
			trafs = append(trafs, f.traf(m, t, i, j+1, at, off)...)
			off += len(bodies[j])
		}
		return box("moof", fullBox("mfhd", 0, 0, be32(i+1)), trafs)
	}
	return cat(moof(len(moof(0))), box("mdat", bodies...))
}

func (f fragments) traf(m *movie, t *track, i, id, at, off int) []byte {
	tfhd := fullBox("tfhd", 0, 0x020000, be32(id))
	if f.explicit {
		tfhd = fullBox("tfhd", 0, 0x000001, be32(id), be64(uint64(at)))
	}
	share := f.share(m, t, i)
	var runs []byte
	for _, s := range share {
		runs = append(runs, cat(be32(t.delta), be32(len(s)))...)
	}
	start := len(t.samples) * i / f.count(m) * t.delta
	return box("traf", tfhd, fullBox("tfdt", 1, 0, be64(uint64(start))),
		fullBox("trun", 0, 0x000301, be32(len(share)), be32(off), runs))
}

// index is sidx: the fragments follow it directly.
func (f fragments) index(m *movie, parts [][]byte) []byte {
	var refs []byte
	for _, p := range parts {
		refs = append(refs, cat(be32(len(p)), be32(f.per*m.tracks[0].delta), be32(uint32(0x90000000)))...)
	}
	return fullBox("sidx", 0, 0, be32(1), be32(m.tracks[0].timescale), zeros(8), zeros(2), be16(len(parts)), refs)
}

func randomAccess(moofs []int) []byte {
	var entries []byte
	for i, at := range moofs {
		entries = append(entries, cat(be32(i), be32(at), []byte{1, 1, 1})...)
	}
	tfra := fullBox("tfra", 0, 0, be32(1), zeros(4), be32(len(moofs)), entries)
	return box("mfra", tfra, fullBox("mfro", 0, 0, be32(8+len(tfra)+16)))
}
