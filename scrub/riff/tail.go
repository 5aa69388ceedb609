package riff

// more tells whether chunks or sound follow the end: some recorders give the length of
// less than they write.
func (m *medium) more(off, n int64) (string, error) {
	if why, err := m.More(off, n); why != "" || err != nil {
		return why, err
	}
	b := m.Get(off, int(min(n, 4<<10)))
	switch {
	case int64(len(b)) >= m.head && m.name(b) != "" && m.size(b) <= n-m.head:
		return "another chunk", nil
	case m.tells.format && (soundlike(b) || !m.plain && !texts(b)):
		return "what may be sound", nil
	}
	return "", nil
}

// soundlike tells whether b may be samples as they are: it is neither text nor as even as what is encrypted or
// compressed. Of a few samples nothing can be told.
func soundlike(b []byte) bool {
	const few, uneven = 64, 400 // chi-square of 255 degrees of freedom: six deviations above the mean
	var times [256]float64
	for _, c := range b {
		times[c]++
	}
	even, square := float64(len(b))/256, 0.0
	for _, n := range times {
		square += (n - even) * (n - even) / even
	}
	return len(b) > few && !texts(b) && square > uneven
}

// texts tells whether b is nothing but text.
func texts(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t' && c != 0 {
			return false
		}
	}
	return true
}
