package scrub

import "fmt"

// Role is what a span of a file is for.
type Role uint8

const (
	// Structure is needed to find the payload.
	Structure Role = iota + 1
	// Payload is coded picture, sound or subtitles.
	Payload
	// Render changes what is seen or heard: orientation, colour, HDR, gapless.
	Render
	// Describe is what people wrote for people: title, artist, chapters, cover.
	Describe
	// Identify tells of a device, person, place, time or software, or is unknown.
	Identify
	// Filler is constant padding.
	Filler
)

var roleNames = [...]string{Structure: "structure", Payload: "payload", Render: "render", Describe: "describe", Identify: "identify", Filler: "filler"}

func (r Role) String() string {
	if int(r) < len(roleNames) && roleNames[r] != "" {
		return roleNames[r]
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// protected tells whether no edit may meet a span of this role.
func (r Role) protected() bool { return r == Payload || r == Render }
