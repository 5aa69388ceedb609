package drive

// message is what udev says when a device comes, changes or goes.
type message struct {
	action string
	node   string // "/dev/sdb1"
	props  properties
}

// sayings are what udev has said of devices, or has in its database.
//
// Devices are known by what the message itself carries: when one is gone, its
// parents in /sys are too, and those of the next one may be in their place.
type sayings struct {
	database *database             // nil if there is none for this root
	last     map[string]properties // by node
	removals map[string]int        // by node; tells drives apart before Linux 5.15, which has no DISKSEQ
}

func newSayings(opt Options) sayings {
	s := sayings{last: map[string]properties{}, removals: map[string]int{}}
	if opt.root() == "/" && !opt.NoUdev {
		s.database = &database{}
	}
	return s
}

func (s *sayings) hear(m message) {
	if m.action != "remove" {
		s.last[m.node] = m.props
		return
	}
	if sameMedium(s.last[m.node]["DISKSEQ"], m.props["DISKSEQ"]) {
		delete(s.last, m.node)
		s.removals[m.node]++
	}
}

// of is what udev says of a device, nil if nothing or not of what is there now.
func (s *sayings) of(b *block) properties {
	node := "/dev/" + b.node
	if p, ok := s.last[node]; ok && sameMedium(p["DISKSEQ"], b.seq) {
		return p
	}
	if s.database == nil {
		return nil
	}
	p := s.database.properties(b)
	if p == nil || !sameMedium(p["DISKSEQ"], b.seq) {
		return nil
	}
	s.last[node] = p
	return p
}

// forget lets everything be asked for anew, if there is a database to ask:
// messages may have been lost.
func (s *sayings) forget() {
	if s.database != nil {
		clear(s.last)
	}
}

// sameMedium compares two sequence numbers of disks; "" is unknown.
func sameMedium(a, b string) bool { return a == "" || b == "" || a == b }
