package scrubtest

import "fmt"

// Breach is one way in which a parser broke a law.
type Breach struct {
	Law  int
	Off  int64 // where in the medium, or -1
	Text string
}

func (b Breach) String() string {
	if b.Off < 0 {
		return fmt.Sprintf("law %d: %s", b.Law, b.Text)
	}
	return fmt.Sprintf("law %d: at 0x%x: %s", b.Law, b.Off, b.Text)
}

// court gathers breaches, a few of each law: the first ones tell enough.
type court struct {
	breaches []Breach
	count    map[int]int
}

const mostBreaches = 4

func (c *court) breach(law int, off int64, format string, args ...any) {
	if c.count == nil {
		c.count = map[int]int{}
	}
	c.count[law]++
	if c.count[law] <= mostBreaches {
		c.breaches = append(c.breaches, Breach{law, off, fmt.Sprintf(format, args...)})
	}
}

// full tells that there is no need to look for more breaches of a law.
func (c *court) full(law int) bool { return c.count[law] >= mostBreaches }
