package ends

import "untag/scrub"

// chunked is a family of chunks { id, length, data, padding }.
type chunked struct {
	*scrub.Scan
	number func(b []byte, off int) int64
	long   int64  // length of the data chunk where 32 bits don't do, or 0
	sound  string // the chunk that holds samples, "" in pictures and documents
	silent bool   // it is empty
}

// riff walks the chunks of a RIFF, and of the RIFFs that follow the first one in
// long films (OpenDML).
func riff(s *scrub.Scan) (end scrub.End, err error) {
	c := &chunked{Scan: s, number: le32}
	b, err := s.Bytes(0, 12)
	if err != nil {
		return end, err
	}
	size := le32(b, 4)
	if string(b[8:]) == "WAVE" {
		c.sound = "data"
	}
	if string(b[:4]) != "RIFF" {
		if size, err = c.ds64(); err != nil {
			return end, err
		}
	}
	off, err := c.list(0, size)
	for err == nil && s.Left(off) >= 12 {
		if b, err = s.Bytes(off, 12); err != nil {
			break
		}
		if string(b[:4]) != "RIFF" || string(b[8:]) != "AVIX" {
			break
		}
		off, err = c.list(off, le32(b, 4))
	}
	return c.end(off), err
}

// ds64 reads the lengths of a WAV that may be longer than 4 GiB (EBU Tech 3306).
func (c *chunked) ds64() (int64, error) {
	b, err := c.Bytes(12, 24)
	if err != nil {
		return 0, err
	}
	size, data := le32(b, 8)|le32(b, 12)<<32, le32(b, 16)|le32(b, 20)<<32
	if string(b[:4]) != "ds64" || size < 0 || data < 0 {
		return 0, c.Errorf(12, "no lengths of 64 bits")
	}
	c.long = data
	return size, nil
}

func aiff(s *scrub.Scan) (scrub.End, error) { return form(s, 0, "SSND") }
func djvu(s *scrub.Scan) (scrub.End, error) { return form(s, 4, "") }

// form walks the chunks of the FORM at off.
func form(s *scrub.Scan, off int64, sound string) (end scrub.End, err error) {
	c := &chunked{Scan: s, number: be32, sound: sound}
	b, err := s.Bytes(off, 12)
	if err != nil {
		return end, err
	}
	off, err = c.list(off, be32(b, 4))
	return c.end(off), err
}

// list returns the end of the list of chunks at off, size bytes long: the
// chunks have to fill it.
func (c *chunked) list(off, size int64) (int64, error) {
	if size < 4 || size > c.Left(off+8) {
		return 0, c.Errorf(off, "list of %d bytes, %d are left", size, c.Left(off+8))
	}
	end := off + 8 + size
	for off += 12; off < end; {
		n, err := c.chunk(off, end)
		if err != nil {
			return 0, err
		}
		off += n
	}
	if size%2 == 1 && c.Left(end) > 0 { // many leave the padding out
		pad, err := c.Bytes(end, 1)
		if err != nil {
			return 0, err
		}
		if pad[0] == 0 {
			return end + 1, nil
		}
	}
	return off, nil
}

// chunk returns the length of the chunk at off, which ends at end at the latest
// but for its padding.
func (c *chunked) chunk(off, end int64) (int64, error) {
	if end-off < 8 {
		return 0, c.Errorf(off, "%d bytes of a chunk", end-off)
	}
	b, err := c.Bytes(off, 8)
	if err != nil {
		return 0, err
	}
	size := c.number(b, 4)
	if string(b[:4]) == "data" && size == 0xffffffff && c.long > 0 {
		size = c.long
	}
	c.silent = c.silent || size == 0 && string(b[:4]) == c.sound
	if size > end-off-8 {
		return 0, c.Errorf(off, "chunk %q of %d bytes, %d are left", b[:4], size, end-off-8)
	}
	n := 8 + size + size&1
	if n > end-off { // the padding of the last chunk may be missing
		n = end - off
	}
	return n, nil
}

// end is the end of the list of chunks at off.
func (c *chunked) end(off int64) scrub.End {
	end := scrub.End{Off: off, Least: 8, More: c.more}
	if c.silent { // CoreAudio and other recorders fill lengths in when they are done
		end.Doubt = "the chunk of the sound is empty"
	}
	return end
}

// more tells whether chunks or sound follow the end: some recorders give the length
// of less than they write.
func (c *chunked) more(off, n int64) (string, error) {
	b, err := c.Bytes(off, int(min(n, 4<<10)))
	switch {
	case err != nil:
		return "", err
	case len(b) >= 8 && (string(b[:4]) == "RIFF" || c.number(b, 4) <= c.Left(off+8)): // whatever its name
		return "another chunk", nil
	case c.sound != "" && soundlike(b):
		return "what may be sound", nil
	}
	return "", nil
}

// soundlike tells whether b is neither text nor as even as what is encrypted or
// compressed. Of a few samples nothing can be told.
func soundlike(b []byte) bool {
	const few, uneven = 64, 400 // chi-square of 255 degrees of freedom: six deviations above the mean
	var times [256]float64
	text := true
	for _, c := range b {
		times[c]++
		text = text && (c >= ' ' && c <= '~' || c == '\n' || c == '\r' || c == '\t' || c == 0)
	}
	even, square := float64(len(b))/256, 0.0
	for _, n := range times {
		square += (n - even) * (n - even) / even
	}
	return len(b) > few && !text && square > uneven
}

// fourCC tells whether b starts like the id of a chunk or box.
func fourCC(b []byte) bool {
	for _, c := range b[:4] {
		if (c < ' ' || c > '~') && c != 0xa9 {
			return false
		}
	}
	return true
}
