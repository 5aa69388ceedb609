package scrub

import "fmt"

// Profile is a named starting point of a [Policy].
type Profile string

const (
	// ProfileDevice removes what identifies and keeps what a listener or viewer reads.
	ProfileDevice Profile = "device"
	// ProfileStrict removes the words and pictures about the work as well.
	ProfileStrict Profile = "strict"
)

// Depth says how much of a file is looked at.
type Depth string

const (
	// DepthAuto is deep for files up to [DeepLimit], for photos up to a lower one,
	// and index above.
	DepthAuto Depth = "auto"
	// DepthIndex looks at headers, indexes, trailers, filler, unreferenced bytes
	// and the first and last coded frames of each track.
	DepthIndex Depth = "index"
	// DepthDeep looks at every coded frame as well.
	DepthDeep Depth = "deep"
)

// DeepLimit is the size in bytes up to which [DepthAuto] means [DepthDeep].
const DeepLimit = 64 << 20

// Policy decides which findings go. The zero value is the device profile.
type Policy struct {
	Profile Profile
	Keep    []Kind // stays although the profile removes it
	Remove  []Kind // goes although the profile keeps it; wins over Keep
	// LeaveSigned has whoever performs plans leave files alone that are signed. The
	// plans are the same. See [Plan.Signed].
	LeaveSigned bool
}

// Check returns an error that names the first word a policy can't have.
func (p Policy) Check() error {
	if p.Profile != "" && p.Profile != ProfileDevice && p.Profile != ProfileStrict {
		return fmt.Errorf("no profile %q: device or strict", p.Profile)
	}
	for _, k := range p.Keep {
		if !k.Known() {
			return fmt.Errorf("no kind %q", k)
		}
		if !k.Keepable() {
			return fmt.Errorf("kind %q can't be kept", k)
		}
	}
	for _, k := range p.Remove {
		if !k.Known() {
			return fmt.Errorf("no kind %q", k)
		}
	}
	return nil
}

// Goes decides on one finding by its role and kind.
func (p Policy) Goes(role Role, kind Kind) bool {
	for _, k := range p.Remove {
		if k == kind {
			return true
		}
	}
	for _, k := range p.Keep {
		if k == kind && k.Keepable() {
			return false
		}
	}
	switch role {
	case Render:
		return false
	case Describe:
		return p.Profile == ProfileStrict
	default:
		return true
	}
}

// Policy returns the policy that the plan is made under, for a medium that is
// planned apart from the file: what it holds is compressed, for instance.
func (s *Scan) Policy() Policy { return s.opt.Policy }
