package sidecar

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/words"
	"untag/scrub/xmp"
)

// packet cleans the XMP beside a raw picture: how it is developed stays, numbers and words
// that settings have, so that it looks as before. With none of these it is emptied.
func (k kind) packet(s *scrub.Scan) error {
	if s.Size() > xmp.MaxPacket || !s.Goes(scrub.Identify, scrub.Sidecar) {
		return k.parse(s)
	}
	b := s.Get(0, int(s.Size()))
	r := xmp.Reduce(b, xmp.Keep{Develop: true, Orientation: true, Panorama: true})
	if r.Empty() {
		return k.parse(s)
	}
	if len(r.Blank) == 0 {
		s.Claim(0, s.Size(), scrub.Render, k.name)
		return nil
	}
	p, err := xmp.Read(bytes.NewReader(b))
	if err != nil {
		return err
	}
	s.Gone(scrub.Finding{Kind: scrub.Sidecar, Place: k.name, Len: s.Size(), Value: k.title})
	p.Report(k.name, 0, s.Size(), func(f scrub.Finding) {
		if name := strings.TrimPrefix(f.Place, k.name+"/"); !r.Kept[name] {
			s.Gone(f)
		}
	})
	s.Claim(0, s.Size(), scrub.Identify, k.name)
	for _, x := range r.First {
		s.Fill(scrub.Unlink, int64(x.Off), int64(x.End-x.Off), ' ')
	}
	for _, x := range r.Blank {
		s.Fill(scrub.Destroy, int64(x.Off), int64(x.End-x.Off), ' ')
	}
	return nil
}

var (
	section = pattern.New(`^\[([A-Za-z0-9 &/().-]{1,48})\]$`)
	told    = pattern.New(`^(Exif|IPTC|MetaData)$`) // sections that are tags
	entry   = pattern.New(`^([A-Za-z0-9_]{1,48})=(.*)$`)
	naming  = pattern.New(`^(AppVersion$|LF)|File|Name|Path|Make|Model|Lens|Label`) // keys whose values name things
	setting = pattern.New(`^([-+0-9.;eE]*|true|false|[A-Za-z][A-Za-z0-9_-]{0,31};?|\([A-Za-z ]{1,24}\))$`)
)

// maxProfile is how long a profile of RawTherapee may be, in bytes.
const maxProfile = 1 << 20

// profile cleans a profile of RawTherapee (.pp3), line by line: values that are numbers or
// words of settings stay, and what goes becomes spaces.
func (k kind) profile(s *scrub.Scan) error {
	if s.Size() > maxProfile || !s.Goes(scrub.Identify, scrub.Sidecar) {
		return k.parse(s)
	}
	tags, off := false, int64(0)
	for line := range bytes.Lines(s.Get(0, int(s.Size()))) {
		text := bytes.TrimRight(line, "\r\n")
		from, n := 0, len(text)
		if m := section().FindSubmatch(text); m != nil {
			tags = told().Match(m[1])
			from = n
		} else if m := entry().FindSubmatchIndex(text); m != nil {
			from = m[4]
			if name := string(text[m[2]:m[3]]); !tags && !naming().MatchString(name) && setting().Match(text[from:]) && words.Tells(string(text[from:])) == "" {
				from = n
			}
		}
		s.Claim(off, int64(from), scrub.Structure, k.name)
		blank := len(bytes.Trim(text[from:], " ")) == 0
		if at := off + int64(from); blank {
			s.Claim(at, int64(n-from), scrub.Filler, k.name+"/blank")
		} else {
			s.Claim(at, int64(n-from), scrub.Identify, k.name+"/value")
			s.Gone(scrub.Finding{Kind: scrub.Sidecar, Place: k.name, Off: at, Len: int64(n - from), Value: string(text[from:])})
			s.Fill(scrub.Destroy, at, int64(n-from), ' ')
		}
		s.Claim(off+int64(n), int64(len(line)-n), scrub.Structure, k.name)
		off += int64(len(line))
	}
	return nil
}
