package png

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/icc"
)

// maxProfile is the largest profile that is looked into.
const maxProfile = 4 << 20

// neutralName is what a profile is called that has been written anew, cut or
// filled up to whatever length is needed.
const neutralName = "ICC profile"

// names are profile names that programs write for everybody.
var names = []string{
	"icc", "ICC", "ICC Profile", "ICC PROFILE", "icc profile", "ICCProfile", "Embedded Profile", "Photoshop ICC profile", "Skia", "c2", "1",
	"sRGB", "sRGB IEC61966-2.1", "Display P3", "Adobe RGB (1998)", "kCGColorSpaceSRGB", "kCGColorSpaceDisplayP3", "kCGColorSpaceGenericRGB",
	"kCGColorSpaceExtendedSRGB", "kCGColorSpaceGenericGrayGamma2_2",
}

// iccp deals with a colour profile, 11.3.2.3. A profile and a name that tell
// nothing stay as they are. Others are scrubbed and compressed anew, in the
// place of the old one.
//
// If the power fails while that is written over several sectors, the profile is
// lost and the picture is not: a second run removes what is left.
func (c *cleaner) iccp(k chunk) error {
	sound := c.sound(k)
	if k.after || c.seen["profile"] { // of no effect: what is in it need not be known
		c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: k.typ, Off: k.off, Len: k.end() - k.off})
		return c.remove(k)
	}
	if c.spent() {
		c.keep(k, scrub.Identify)
		return nil
	}
	p, err := c.readProfile(k)
	if err != nil {
		return err
	}
	if p.broken != "" || !sound && !isNeutral(p.name) {
		c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: p.broken})
		return c.remove(k)
	}
	c.seen["profile"] = true
	fresh, found, err := c.scrubbed(p)
	var unsupported *scrub.UnsupportedError
	switch {
	case errors.As(err, &unsupported), scrub.Refusal(err) && icc.Begins(p.data):
		c.Doubt("the colour profile stays as it is: %v", err)
		c.keep(k, scrub.Render)
		return nil
	case scrub.Refusal(err):
		c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: err.Error()})
		return c.remove(k)
	case err != nil:
		return err
	}
	found = append(found, p.found()...)
	goes := slices.ContainsFunc(found, func(f scrub.Finding) bool { return c.Goes(scrub.Identify, f.Kind) })
	body := []byte(nil)
	if goes || !sound || p.unsealed {
		if body = c.profileBody(k, p, fresh); body == nil {
			c.Doubt("the colour profile stays as it is: cleaned, it takes more room than it has")
			c.keep(k, scrub.Render)
			return nil
		}
	}
	for _, f := range found {
		f.Place, f.Off, f.Len = k.typ+"/"+f.Place, k.off, k.end()-k.off
		c.Found(f)
	}
	if body == nil {
		c.keep(k, scrub.Render)
		return nil
	}
	c.put(k, k.typ, body)
	return nil
}

// profile is what iCCP holds.
type profile struct {
	name     string
	packed   []byte // as it is compressed
	data     []byte
	slack    bool   // bytes follow the compressed ones, and not only zeros
	unsealed bool   // the checksum of the compressed ones is wrong or missing, which libpng passes over
	broken   string // why it is none
}

// readProfile decompresses a profile.
func (c *cleaner) readProfile(k chunk) (profile, error) {
	if k.n > maxProfile {
		return profile{broken: "too large"}, nil
	}
	b, err := c.Piece(scrub.Extents{{Off: k.data(), Len: k.n}})
	if err != nil {
		return profile{}, err
	}
	raw := make([]byte, k.n)
	if _, err := b.ReadAt(raw, 0); err != nil {
		return profile{}, err
	}
	name, packed, ok := bytes.Cut(raw, []byte{0})
	if !ok || len(name) == 0 || len(name) > maxName || len(packed) == 0 || packed[0] != 0 {
		return profile{broken: "no name, or compressed in an unknown way"}, nil
	}
	in := bytes.NewReader(packed[1:])
	z, err := zlib.NewReader(in)
	if err != nil {
		return profile{broken: "does not decompress"}, nil
	}
	data, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
	c.inflated += int64(len(data))
	if len(data) > maxProfile || err != nil && (len(data) < 128 || be32(data, 0) != int64(len(data))) {
		return profile{broken: "does not decompress"}, nil
	}
	used := len(packed) - in.Len()
	slack := len(bytes.TrimLeft(packed[used:], "\x00")) > 0
	return profile{name: string(name), packed: packed[1:used], data: data, slack: slack, unsealed: err != nil}, nil
}

// scrubbed returns what becomes of a profile and what it gives away.
func (c *cleaner) scrubbed(p profile) ([]byte, []scrub.Finding, error) {
	if icc.Shared(p.data) {
		return p.data, nil, nil
	}
	return icc.Clean(p.data, c.Policy())
}

// found is what the chunk gives away besides the profile.
func (p profile) found() (out []scrub.Finding) {
	if !isNeutral(p.name) {
		out = append(out, scrub.Finding{Kind: scrub.Device, Place: "name", Value: clean(p.name)})
	}
	if p.slack || p.unsealed {
		out = append(out, scrub.Finding{Kind: scrub.Hidden, Place: "slack"})
	}
	return out
}

func isNeutral(name string) bool {
	return slices.Contains(names, name) || strings.HasPrefix(neutralName, name) || strings.HasPrefix(name, neutralName) && strings.Trim(name[len(neutralName):], "-") == ""
}

// profileBody returns the data of the chunk that takes the place of k, nil if it
// takes more room. A long name fills up what is too little for a chunk.
func (c *cleaner) profileBody(k chunk, p profile, fresh []byte) []byte {
	packed := p.packed
	if p.unsealed || !bytes.Equal(fresh, p.data) {
		packed = deflated(fresh)
	}
	tries := []string{p.name}
	if !isNeutral(p.name) && c.Goes(scrub.Identify, scrub.Device) {
		tries = []string{nameOf(len(p.name))}
	}
	tries = append(tries, neutralName)
	for n := 1; n <= maxName; n++ {
		tries = append(tries, nameOf(n))
	}
	for _, name := range tries {
		if fits(k, int64(len(name)+2+len(packed))) {
			return append([]byte(name+"\x00\x00"), packed...)
		}
	}
	return nil
}

const maxName = 79

// nameOf is a name of n characters.
func nameOf(n int) string { return (neutralName + strings.Repeat("-", maxName))[:n] }

// deflated compresses a profile as far as possible.
func deflated(b []byte) []byte {
	var out bytes.Buffer
	z, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	if err == nil {
		_, err = z.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil // a buffer takes whatever comes
	}
	return out.Bytes()
}
