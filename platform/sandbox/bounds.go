package sandbox

import (
	"time"

	"untag/scrub"
)

// Bounds of what is said between the program and a worker. A worker that has
// more to say reports [scrub.ErrTooMany]; one that says more talks nonsense.
const (
	maxKinds = 256
	maxCount = 1 << 53 // of what is only counted

	maxWord = 64      // a format, a kind, a profile
	maxText = 1 << 10 // a place, a doubt, a refusal
	maxLine = 256     // an error

	maxAsked = 1000 // files for one worker: one that was taken over by the first could lie about the others

	maxMessage = 128 << 20 // bytes in one answer or request
	maxData    = 64 << 20  // of them, new contents of edits
)

// limits are how long a worker may take for one file.
type limits struct {
	start     time.Duration // until it is ready
	cpu, wall time.Duration // for a file without a byte
	rate      int64         // bytes of file that are good for another second of computing
	slowest   int64         // bytes a second that a drive delivers
}

// Parsers are linear, and spend a second on tens of megabytes; what computes
// for longer than this goes in circles. Waiting is another matter: the slowest
// drives are USB 1.1 card readers, and the kernel tries for minutes to get a
// failing one to answer.
var usual = limits{start: 15 * time.Second, cpu: 30 * time.Second, wall: 5 * time.Minute, rate: 2 << 20, slowest: 256 << 10}

func (l limits) cpuFor(size int64) time.Duration { return l.cpu + seconds(size, l.rate) }

func (l limits) wallFor(size int64) time.Duration {
	return l.cpuFor(size) + l.wall + seconds(size, l.slowest)
}

// seconds is how long size bytes take, or some decades.
func seconds(size, rate int64) time.Duration {
	return time.Duration(min(size/rate, 1<<30)) * time.Second
}

// oversize tells whether a plan is beyond what can be told.
func oversize(p *scrub.Plan) bool {
	spans := len(p.Map)
	for _, s := range p.Map {
		if s.Over != nil {
			spans += len(s.Over.Parts)
		}
	}
	return spans > scrub.MaxSpans || len(p.Findings) > scrub.MaxFindings || len(p.Doubts) > scrub.MaxDoubts || len(p.Anew) > scrub.MaxPieces || tooManyEdits(p.Edits)
}

func tooManyEdits(edits []scrub.Edit) bool {
	var n int64
	pieces := len(edits)
	for _, e := range edits {
		n += int64(len(e.Data))
		if e.Over == nil {
			continue
		}
		pieces += len(e.Over.Parts)
		n += int64(len(e.Over.Mask))
		for _, x := range e.Over.Parts {
			n += int64(len(x.Data))
		}
	}
	return pieces > scrub.MaxPieces || n > maxData
}
