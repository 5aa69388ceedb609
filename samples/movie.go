package samples

// track is one track of a movie. Its samples are given; the builder makes the tables.
type track struct {
	handler   string
	name      string   // in hdlr
	header    []byte   // vmhd, smhd, nmhd or gmhd
	entry     []byte   // the one sample entry, a box
	entryTail []byte   // after the entry in stsd
	spare     []byte   // a second entry, which no sample has
	mdia      [][]byte // boxes at the end of mdia
	timescale int
	delta     int
	samples   [][]byte
	perChunk  int
	size      int    // sample_size of stsz, 0 for a table
	dinf      []byte // the usual one if nil
	width     int
	height    int
	matrix    []byte
	edits     []byte   // edts
	extra     [][]byte // boxes at the end of trak
	minf      [][]byte // boxes at the start of minf
	stbl      [][]byte // boxes at the end of stbl
	disabled  bool
}

// movie is an MP4 or QuickTime file.
type movie struct {
	brand     string
	quicktime bool
	tracks    []*track
	first     bool     // moov before mdat
	top       [][]byte // boxes after ftyp
	moov      [][]byte // boxes at the end of moov
	end       [][]byte // boxes at the end of the file
	tail      []byte   // after the last box
	gaps      [][]byte // gap i stands before chunk i of mdat
	mdatEnd   []byte   // after the last sample
	reserved  []byte   // of mvhd: 10 bytes, and 24 more that are predefined
	co64      bool
	large     bool // mdat has a 64-bit size
	toEnd     bool // mdat has size 0
	two       bool // two mdats
	version   int  // of mvhd, tkhd, mdhd
	created   uint64
	mvex      []byte // of a fragmented movie: there is no mdat then
}

// place is where a chunk went.
type place struct {
	mdat int
	off  int64 // of a film that has more than 2 GiB, too
}

var identity = cat(be32(0x10000), zeros(12), be32(0x10000), zeros(12), be32(0x40000000))

// rotated is the matrix that turns a picture by 90 degrees.
func rotated(height int) []byte {
	return cat(zeros(4), be32(0x10000), zeros(4), be32(-0x10000), zeros(8), be32(height<<16), zeros(4), be32(0x40000000))
}

// build lays the movie out.
func (m *movie) build() []byte {
	ftyp := box("ftyp", []byte(m.brand), be32(0x200), []byte(m.brand+"isom"))
	if m.quicktime {
		ftyp = box("ftyp", []byte("qt  "), be32(0x20050300), []byte("qt  "))
	}
	head := cat(ftyp, cat(m.top...))
	media, places := m.media()
	if m.mvex != nil {
		return cat(head, m.movieBox(nil, places), cat(m.end...), m.tail)
	}
	start := len(head)
	if m.first {
		start += len(m.movieBox(make([]int, len(media)), places))
	}
	bases := make([]int, len(media))
	var boxes []byte
	for i, body := range media {
		h := m.mdatHead(len(body))
		bases[i] = start + len(boxes) + len(h)
		boxes = append(append(boxes, h...), body...)
	}
	moov := m.movieBox(bases, places)
	if m.first {
		return cat(head, moov, boxes, cat(m.end...), m.tail)
	}
	return cat(head, boxes, moov, cat(m.end...), m.tail)
}

func (m *movie) mdatHead(n int) []byte {
	switch {
	case m.toEnd:
		return cat(be32(0), []byte("mdat"))
	case m.large:
		return cat(be32(1), []byte("mdat"), be64(uint64(n+16)))
	}
	return cat(be32(n+8), []byte("mdat"))
}

// media interleaves the chunks of the tracks.
func (m *movie) media() (bodies [][]byte, places [][]place) {
	bodies = make([][]byte, 1)
	if m.two {
		bodies = make([][]byte, 2)
	}
	places = make([][]place, len(m.tracks))
	gap := 0
	for n, more := 0, true; more; n++ {
		more = false
		for i, t := range m.tracks {
			from, to := n*t.perChunk, min((n+1)*t.perChunk, len(t.samples))
			if from >= to {
				continue
			}
			more = true
			b := &bodies[n%len(bodies)]
			if gap < len(m.gaps) {
				*b = append(*b, m.gaps[gap]...)
			}
			gap++
			places[i] = append(places[i], place{n % len(bodies), int64(len(*b))})
			*b = append(*b, cat(t.samples[from:to]...)...)
		}
	}
	last := len(bodies) - 1
	bodies[last] = append(bodies[last], m.mdatEnd...)
	return bodies, places
}

func (m *movie) movieBox(bases []int, places [][]place) []byte {
	const scale = 600
	duration := 0
	var traks [][]byte
	for i, t := range m.tracks {
		d := len(t.samples) * t.delta * scale / t.timescale
		duration = max(duration, d)
		traks = append(traks, m.trak(i+1, t, d, bases, places[i]))
	}
	reserved := append(m.reserved, zeros(34-len(m.reserved))...)
	mvhd := fullBox("mvhd", m.version, 0, m.times(), be32(scale), m.span(duration), be32(0x10000), be16(0x100), reserved[:10],
		identity, reserved[10:], be32(len(m.tracks)+1))
	return box("moov", mvhd, cat(traks...), m.mvex, cat(m.moov...))
}

// times is creation and modification time in the size of the version.
func (m *movie) times() []byte {
	if m.version == 1 {
		return cat(be64(m.created), be64(m.created))
	}
	return cat(be32(m.created), be32(m.created))
}

func (m *movie) span(n int) []byte {
	if m.version == 1 {
		return be64(uint64(n))
	}
	return be32(n)
}

func (m *movie) trak(id int, t *track, duration int, bases []int, places []place) []byte {
	flags := 7
	if t.disabled {
		flags = 6
	}
	matrix := t.matrix
	if matrix == nil {
		matrix = identity
	}
	volume := 0
	if t.handler == "soun" {
		volume = 0x100
	}
	tkhd := fullBox("tkhd", m.version, flags, m.times(), be32(id), zeros(4), m.span(duration), zeros(8), zeros(4), be16(volume), zeros(2),
		matrix, be32(t.width<<16), be32(t.height<<16))
	mdhd := fullBox("mdhd", m.version, 0, m.times(), be32(t.timescale), m.span(len(t.samples)*t.delta), be16(0x55c4), zeros(2))
	handler := hdlr(t.handler, t.name)
	if m.quicktime {
		handler = hdlrQT("mhlr", t.handler, t.name)
	}
	dinf := t.dinf
	if dinf == nil {
		dinf = box("dinf", fullBox("dref", 0, 0, be32(1), fullBox("url ", 0, 1)))
	}
	minf := box("minf", cat(t.minf...), t.header, dinf, m.sampleTable(t, bases, places))
	return box("trak", tkhd, t.edits, box("mdia", mdhd, handler, minf, cat(t.mdia...)), cat(t.extra...))
}

func (m *movie) sampleTable(t *track, bases []int, places []place) []byte {
	entries := 1
	if t.spare != nil {
		entries = 2
	}
	stsd := fullBox("stsd", 0, 0, be32(entries), t.entry, t.spare, t.entryTail)
	if m.mvex != nil {
		return box("stbl", stsd, fullBox("stts", 0, 0, be32(0)), fullBox("stsc", 0, 0, be32(0)), fullBox("stsz", 0, 0, zeros(8)), fullBox("stco", 0, 0, be32(0)))
	}
	n := len(t.samples)
	chunks := cat(be32(1), be32(t.perChunk), be32(1))
	runs := 1
	if rest := n % t.perChunk; rest > 0 && n > t.perChunk {
		chunks = append(chunks, cat(be32(len(places)), be32(rest), be32(1))...)
		runs = 2
	} else if rest > 0 {
		chunks = cat(be32(1), be32(rest), be32(1))
	}
	sizes := cat(be32(t.size), be32(n))
	if t.size == 0 {
		for _, s := range t.samples {
			sizes = append(sizes, be32(len(s))...)
		}
	}
	return box("stbl", stsd, fullBox("stts", 0, 0, be32(1), be32(n), be32(t.delta)), fullBox("stsc", 0, 0, be32(runs), chunks),
		fullBox("stsz", 0, 0, sizes), m.offsets(bases, places), cat(t.stbl...))
}

func (m *movie) offsets(bases []int, places []place) []byte {
	var b []byte
	for _, p := range places {
		if m.co64 {
			b = append(b, be64(uint64(int64(bases[p.mdat])+p.off))...)
		} else {
			b = append(b, be32(bases[p.mdat]+int(p.off))...)
		}
	}
	if m.co64 {
		return fullBox("co64", 0, 0, be32(len(places)), b)
	}
	return fullBox("stco", 0, 0, be32(len(places)), b)
}
