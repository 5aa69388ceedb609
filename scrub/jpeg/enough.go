package jpeg

import "fmt"

// enough doubts a picture whose first scan is shorter than it can be, if as much
// coded data as is missing may follow: damaged data may seem to end early.
func (c *cleaner) enough() error {
	if !c.pic.shown() || !huffman(c.pic.frames[0].code) {
		return nil
	}
	frame, err := c.head(c.pic.frames[0], 6+3*255)
	if err != nil {
		return err
	}
	header, err := c.scanHeader()
	if err != nil {
		return err
	}
	bits := 1 // a difference of 0 takes one bit at the least
	if c.pic.frames[0].code < sof2 {
		bits = 2 // and an end of block
	}
	least, n := blocks(frame, header)*int64(bits)/8, c.pic.scans[0].Len
	if n >= least || c.Left(c.pic.end) < least-n {
		return nil
	}
	if c.Zeros(c.pic.end, min(c.Left(c.pic.end), 16)) { // a tail that is being removed, or padding
		return nil
	}
	rest, err := (&walker{parser: c.parser}).entropyEnd(c.pic.end)
	if err == nil && rest-c.pic.end >= least-n {
		c.strange = fmt.Sprintf("the first scan holds %d bytes where %d are the least, and what follows the end may be the rest", n, least)
	}
	return err
}

// sof2 is the code of a progressive frame.
const sof2 = 0xC2

// huffman tells whether a frame holds blocks that are Huffman-coded.
func huffman(code byte) bool { return code >= sof0 && code <= sof2 }

// scanHeader returns the payload of the first SOS.
func (c *cleaner) scanHeader() ([]byte, error) {
	for _, g := range c.pic.segments {
		if g.code == sos {
			return c.head(g, 1+2*4)
		}
	}
	return nil, nil
}

// blocks counts the blocks of the components that a scan holds (T.81, A.2.2).
func blocks(frame, scan []byte) (n int64) {
	if len(frame) < 6 || len(scan) < 1 {
		return 0
	}
	height, width := int64(frame[1])<<8|int64(frame[2]), int64(frame[3])<<8|int64(frame[4])
	var hMax, vMax int64 = 1, 1
	for f := frame[6:]; len(f) >= 3; f = f[3:] {
		hMax, vMax = max(hMax, int64(f[1]>>4)), max(vMax, int64(f[1]&15))
	}
	for s := scan[1:]; len(s) >= 2; s = s[2:] {
		for f := frame[6:]; len(f) >= 3; f = f[3:] {
			if f[0] == s[0] {
				n += up(up(width*int64(f[1]>>4), hMax), 8) * up(up(height*int64(f[1]&15), vMax), 8)
			}
		}
	}
	return n
}

// up divides and rounds up.
func up(n, by int64) int64 { return (n + by - 1) / by }
