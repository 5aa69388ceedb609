package mpegts

import "bytes"

// learn notes what a packet tells about tables.
func (p *parser) learn(off int64, b []byte) error {
	t := b[p.lead : p.lead+packet]
	x := p.pid(pidOf(t))
	at := bodyOf(t)
	body := t[at:]
	x.packets++
	if t[1]&0x40 != 0 && len(body) > 0 {
		if x.starts++; x.first == nil {
			x.first = bytes.Clone(body)
		}
	}
	if x.fate != tables {
		return nil
	}
	return x.sections.add(off+p.lead+int64(at), body, t[1]&0x40 != 0, p.learnSection(x), func(int64, []byte, bool) error { return nil })
}

// learnSection notes what a sound section says.
func (p *parser) learnSection(x *pid) func(section) error {
	return func(s section) error {
		if !s.sound() {
			return nil
		}
		switch s.b[0] {
		case tableAssociation:
			if !current(s.b) {
				return nil
			}
			x.good = true
			for b := s.b[8 : len(s.b)-4]; len(b) >= 4; b = b[4:] {
				if number := int(b[0])<<8 | int(b[1]); number != 0 {
					id := int(b[2]&0x1f)<<8 | int(b[3])
					p.programs[number] = id
					p.pid(id).fate = tables
				}
			}
		case tableMap:
			x.good = true
			p.learnMap(s.b)
		case tableSelection:
			x.good = loops(s.b)
		}
		return nil
	}
}

// learnMap notes a program map and the streams that it names.
func (p *parser) learnMap(b []byte) {
	if p.known[string(b)]++; p.known[string(b)] > 1 {
		return
	}
	const most = 1 << 10
	if len(p.known) > most {
		p.trouble = true
		delete(p.known, string(b))
		return
	}
	clock, registered, streams, ok := programMap(b)
	if !ok {
		p.trouble = true
		return
	}
	number := int(b[3])<<8 | int(b[4])
	p.maps[number], p.newest[number] = true, bytes.Clone(b)
	if clock != nullPID {
		p.pid(clock).clock = true
	}
	for _, s := range streams {
		s.registered = registered
		p.streams = append(p.streams, s)
	}
	if clock != nullPID {
		p.streams = append(p.streams, stream{typ: onlyClock, pid: clock})
	}
	if p.surveyed < 0 { // what begins streams was seen
		p.declareAll()
	}
}
