package station

import (
	"slices"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
)

// State is what is being done with a drive.
type State string

const (
	Cleaning State = "cleaning" // there is work
	Checking State = "checking" // the same, and nothing is changed
	Settling State = "settling" // files are being written: there is work once they are quiet
	Watching State = "watching" // nothing to do until something changes
	Paused   State = "paused"   // somebody said so
	Ignored  State = "ignored"  // a rule says so
	Stuck    State = "stuck"    // see Problem; goes on after Resume or Rescan
	Done     State = "done"     // gone through once, and not watched
	Gone     State = "gone"     // unmounted or pulled
)

// Counts are of files; each is counted as what it was when last looked at.
type Counts struct {
	Files       int64 // met, whatever they are
	Media       int64
	Cleaned     int64
	Tags        int64 // removed, or found where nothing is changed
	Found       int64 // with tags, and nothing is changed
	Partly      int64
	Unsupported int64 // media and documents that can't be cleaned
	Failed      int64 // could not be read or written
	Waiting     int64 // in use or being written; looked at later
	Other       int64 // of no format that is known, and of formats that are no media: nobody knows what they tell
}

// Problem is why a drive can't be cleaned.
type Problem string

const (
	NoProblem      Problem = ""
	ReadOnly       Problem = "read-only"  // the drive is; it is only looked at
	NoAnswer       Problem = "no answer"  // reading fails, again and again
	NoSandbox      Problem = "no sandbox" // the parsers can't be confined, or not started
	NoAccess       Problem = "no access"  // it can't be opened
	NoWatches      Problem = "no watches" // inotify's are used up: looked through now and then
	PartMounted    Problem = "part"       // only a part of it is mounted; the rest is not looked at
	TooManyFolders Problem = "too large"  // more folders than are kept track of; the rest is not looked at
	NotThere       Problem = "not there"  // something else is where it was mounted
	Taken          Problem = "taken"      // another daemon serves it; goes on when that one lets go
	BadPolicy      Problem = "bad policy" // can't be; apply refuses it
)

// bearable are the problems with which the work goes on, the least first.
var bearable = []Problem{NoProblem, NoWatches, ReadOnly, PartMounted, TooManyFolders}

// worse tells whether a bearable problem keeps more from being cleaned than another.
func (p Problem) worse(than Problem) bool {
	return slices.Contains(bearable, than) && slices.Index(bearable, p) > slices.Index(bearable, than)
}

// DriveState is a drive and how far the work on it is.
type DriveState struct {
	Drive   drive.Drive
	Action  config.Action
	Rule    string // by which the action was chosen; "" for none
	State   State
	Problem Problem
	Counts  Counts // since it was last looked through from the start
	Done    int64  // files of this pass that are done
	Total   int64  // files of this pass that were found
	Listing bool   // whether more may be found
	Passes  int64  // how often it was looked through
	Since   time.Time
}

// Working tells whether a drive is being looked through or cleaned, or files on it are
// being written that were not looked at.
func (s State) Working() bool { return s == Cleaning || s == Checking || s == Settling }

// Change is what has become of a drive.
type Change struct {
	DriveState
	Was State // "" if the drive is new; the same as State if only counts have changed
}

// Snapshot tells the state of all drives, by their ID.
func (s *Station) Snapshot() []DriveState {
	var all []DriveState
	for _, q := range s.all() {
		all = append(all, q.snapshot())
	}
	return all
}
