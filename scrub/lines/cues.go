package lines

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/telemetry"
)

// cue is what is said at one time.
type cue struct {
	off        int64 // of its first line
	next       int64 // behind the line that tells the time
	time       line  // what tells the time
	start, end float64
	body       []line
	before     scrub.Point
}

// cues are what a script says, and who says it.
type cues struct {
	telemetry.Track
	open    *cue
	first   *cue
	n       int
	placing bool // cues that hold a position are blanked
	sure    bool // all so far are telemetry
	emptied bool // all but the first cue goes
	leaving bool // the first cue announces that all others go
}

// maxBody is how many lines a cue may have: what follows is another's, or nobody's.
const maxBody = 256

// begin starts a cue. Its time is told by characters i to j of a line.
func (p *script) begin(l line, i, j int, start, end []byte) {
	c := &cue{off: l.off, next: l.end, time: clone(p.part(l, i, j)), start: p.d.seconds(start), end: p.d.seconds(end)}
	if o := p.said.open; o != nil && p.d.number != nil {
		if n := len(o.body); n > 0 && p.d.number().Match(o.body[n-1].s) {
			defer p.stays(o.body[n-1], scrub.Payload, p.place())
			c.off, o.body = o.body[n-1].off, o.body[:n-1]
		}
	}
	p.flush()
	c.before = p.Point()
	p.said.open = c
}

func (p *script) place() string { return p.d.name + "/cue" }

func clone(l line) line {
	l.s, l.raw = bytes.Clone(l.s), bytes.Clone(l.raw)
	return l
}

// add is more of what the cue says.
func (p *script) add(l line) {
	c := p.said.open
	if c == nil || len(c.body) >= maxBody {
		p.spoken(l)
		return
	}
	c.body = append(c.body, clone(l))
}

// text returns how many lines at the start of a cue are not empty, and where it ends.
func (c *cue) text() (n int, end int64) {
	end = c.next
	for n < len(c.body) && len(c.body[n].s) > 0 {
		end = c.body[n].end
		n++
	}
	if n < len(c.body) {
		end = c.body[n].end
	}
	return n, end
}

// announces tells whether a cue says that all that follows goes: it takes no time,
// at the very start, and nothing is shown.
func (c *cue) announces() bool {
	n, _ := c.text()
	return c.start == 0 && c.end == 0 && only(c.body[:n], " ")
}

func only(body []line, cutset string) bool {
	return !slices.ContainsFunc(body, func(l line) bool { return len(bytes.Trim(l.s, cutset)) > 0 })
}

// sample is a cue as it is judged: zeros where an earlier run blanked it.
func (p *script) sample(body []line) (raw []byte) {
	const least = 8
	spaces := 0
	if p.width == 2 {
		if raw = []byte{0xff, 0xfe}; p.big {
			raw = []byte{0xfe, 0xff}
		}
	}
	for _, l := range body {
		spaces += len(l.s)
		raw = append(append(raw, l.raw...), p.units("\n")...)
	}
	if only(body, " ") {
		raw = make([]byte, spaces)
		if spaces < least {
			raw = nil
		}
	}
	return raw
}

// flush ends a cue.
func (p *script) flush() {
	c, s := p.said.open, &p.said
	if c == nil {
		return
	}
	s.open = nil
	body := c.body
	if s.n++; s.n == 1 {
		s.first = c
		if s.leaving = c.announces(); s.leaving {
			n, _ := c.text()
			body = body[n:]
		}
	}
	raw := p.sample(body)
	s.hear(c, raw)
	goes := s.placing && raw != nil && telemetry.Placed(raw)
	for _, l := range c.body {
		goes = goes && len(l.s) > 0 // what follows an empty line may be something else
		if goes || len(l.s) > 0 && l.s[0] == torn {
			p.goes(l, scrub.Identify, scrub.Telemetry, p.place())
			continue
		}
		p.spoken(l)
	}
}

// hear has a cue judged. What has been telemetry for long is listened to now and then.
func (s *cues) hear(c *cue, raw []byte) {
	const long, run, of = 1 << 10, 8, 64
	if s.n == long {
		v, _ := s.Judge()
		measured, _ := s.Measured()
		s.sure = v == telemetry.Telemetry && measured > .9
	}
	switch {
	case s.sure && s.n%of >= run:
		return
	case s.sure && s.n%of == 0:
		s.Jump()
	}
	s.Add(c.start, c.end, raw)
}

// judge decides who wrote the cues, when all were read. If positions recur among
// them, they are to be read once more.
func (p *script) judge(end int64) (again bool, err error) {
	p.flush()
	s := &p.said
	if !p.Goes(scrub.Identify, scrub.Telemetry) {
		return false, nil
	}
	v, rule := s.Judge()
	measured, rest := s.Measured()
	left := s.leaving && (rest || s.n == 1)
	if s.first != nil && !p.d.stays && (left || v == telemetry.Telemetry && measured >= .5) {
		return false, p.empty(end)
	}
	if v != telemetry.Speech || s.placing {
		p.Doubt("subtitles may be telemetry: %s", rule)
	}
	return !s.placing && s.first != nil && s.Recurs(), nil
}

// empty leaves of a script that is telemetry a first cue without words. It is
// written before all others go, and tells the next run that they do.
func (p *script) empty(end int64) error {
	c := p.said.first
	p.Reset(c.before)
	n, keep := c.text()
	role := scrub.Structure
	if keep == end && c.announces() {
		role = scrub.Payload
	}
	p.Claim(c.off, keep-c.off, role, p.place())
	var left bool
	err := p.linesFrom(keep, end, func(l line) error {
		left = left || len(l.s) > 0
		return nil
	})
	if err != nil || role == scrub.Payload {
		return err
	}
	if left || !c.announces() {
		value := strings.TrimSpace(p.text(line{raw: p.sample(c.body)}))
		p.Found(scrub.Finding{Kind: scrub.Telemetry, Place: p.place(), Off: c.off, Len: end - c.off, Value: value})
	}
	if !c.announces() {
		zero := bytes.Clone(c.time.raw)
		for i, ch := range c.time.s {
			if ch >= '1' && ch <= '9' {
				copy(zero[int64(i)*p.width:], p.units("0"))
			}
		}
		p.Put(scrub.Announce, c.time.off, zero)
		for _, l := range c.body[:n] {
			p.Put(scrub.Announce, l.off, p.units(strings.Repeat(" ", len(l.s))))
		}
	}
	p.CutAt(keep)
	p.said.emptied = true
	if !left && c.announces() {
		p.Claim(keep, end-keep, scrub.Structure, p.place())
		return nil
	}
	p.Claim(keep, end-keep, scrub.Identify, p.place())
	const piece = 32 << 10
	for off := keep; off < end && p.width == 2; off += piece {
		p.Put(scrub.Destroy, off, p.units(strings.Repeat("\n", int(min(piece, end-off)/2))))
	}
	if p.width == 1 {
		p.Fill(scrub.Destroy, keep, end-keep, '\n')
	}
	return nil
}

// seconds reads a time: hours, minutes and seconds, or a count of frames or tenths.
func (d *dialect) seconds(b []byte) (t float64) {
	for _, f := range strings.Split(strings.ReplaceAll(string(b), ",", "."), ":") {
		n, _ := strconv.ParseFloat(strings.TrimSpace(f), 64)
		t = 60*t + n
	}
	if d.scale > 0 {
		t *= d.scale
	}
	return t
}
