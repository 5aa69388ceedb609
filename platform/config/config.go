// Package config reads how untagd is to treat drives.
//
// Start with [Load], which reads TOML files strictly: a word that it doesn't
// know is an error that shows the line. Then ask [Config.For] about each drive.
// The file untagd.toml beside this package says what can be written, with the
// defaults.
package config

import (
	"time"

	"untag/scrub"
)

// Config is how drives are treated. [Default] has what files leave out.
type Config struct {
	// Action is what is done with drives of which no rule says otherwise.
	Action  Action
	Profile scrub.Profile
	Keep    []scrub.Kind
	Remove  []scrub.Kind
	Depth   scrub.Depth
	// LeaveSigned leaves files alone that are signed: see [scrub.Plan.Signed].
	LeaveSigned bool
	// Settle is for how long a file must not have changed before it is touched.
	Settle time.Duration
	// RequireSandbox refuses to work where the worker can't be confined.
	RequireSandbox bool
	Notify         Notify
	Rules          []Rule // the first that matches counts
}

// Notify says what the desktop shows.
type Notify string

const (
	NotifyAll      Notify = "all"      // that a drive is being cleaned, that it is done, and problems
	NotifyProblems Notify = "problems" // what could not be cleaned
	NotifyNone     Notify = "none"
)

// Action is what is done with a drive.
type Action string

const (
	Scrub  Action = "scrub"  // clean it, which can't be undone
	Report Action = "report" // look, and change nothing
	Ask    Action = "ask"    // look, change nothing, and ask whether to clean it
	Ignore Action = "ignore" // don't even look
)

// Rule says what is done with the drives that match. What is nil is as for all
// other drives.
type Rule struct {
	Name    string // its name, or "rule 3 of untagd.toml"
	Match   Match
	Action  Action // "": as for all other drives
	Profile *scrub.Profile
	Keep    []scrub.Kind // nil: as for all other drives; empty: none
	Remove  []scrub.Kind
	Depth   *scrub.Depth
	// LeaveSigned is as in Config.
	LeaveSigned *bool
}

// Match is what a drive must be like; all of what is set. Texts are compared
// without regard to case, and "*" stands for anything, "?" for any one character.
type Match struct {
	Label, UUID, Vendor, Model, FS string
	Folder                         string // one in the root of the drive
	MinSize, MaxSize               int64  // bytes; 0 is not set
}

// Facts is what rules can ask about a drive.
type Facts struct {
	Label, UUID, Vendor, Model, FS string
	Size                           int64    // bytes
	Folders                        []string // in the root of the drive; nil if nobody has looked
}

// Default is what holds where no file says otherwise.
func Default() Config {
	return Config{Action: Ask, Profile: scrub.ProfileDevice, Depth: scrub.DepthAuto, Settle: 2 * time.Second, RequireSandbox: true, Notify: NotifyAll}
}
