package apply

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"untag/scrub"
)

// signed plans every file with a tag as if it had a signature behind it.
func signed(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	p, err := Direct(toyEngine).Plan(ctx, f, size, opt)
	if err == nil && len(p.Edits) > 0 {
		p.Findings = append(p.Findings, scrub.Finding{Kind: scrub.Mark, Role: scrub.Identify, Place: "tail/natisign", Goes: true})
	}
	return p, err
}

// A signature goes with a word about it, or the whole file stays as it is and is
// not called clean.
func TestSigned(t *testing.T) {
	const gone, left = "refuses the file without it", "it is signed, and left as it is"
	whole, doubtful := makeToy(data(1, 3000), name(secret)), makeToy(flaw(), name(secret), data(1, 9))
	leave := scrub.Options{Policy: scrub.Policy{LeaveSigned: true}}
	for _, tt := range []struct {
		what    string
		content []byte
		opt     Options
		status  Status
		changed bool
		reason  string
	}{
		{"it goes", whole, Options{}, Cleaned, true, gone},
		{"it would go", whole, Options{DryRun: true}, Dirty, false, gone},
		{"it stays", whole, Options{Scrub: leave}, Dirty, false, left},
		{"it would stay", whole, Options{Scrub: leave, DryRun: true}, Dirty, false, left},
		{"it stays in doubt", doubtful, Options{Scrub: leave}, Partly, false, left},
		{"there is none", makeToy(data(1, 3000)), Options{Scrub: leave}, Clean, false, ""},
	} {
		path := put(t, t.TempDir(), "a.toy", tt.content)
		o := plannedBy(t, tt.opt, path, signed)
		if o.Status != tt.status || o.Err != nil || !strings.Contains(strings.Join(o.Reasons, "; "), tt.reason) || tt.reason == "" && len(o.Reasons) > 0 {
			t.Errorf("%s: %s %q %v, want %s", tt.what, o.Status, o.Reasons, o.Err, tt.status)
		}
		if changed := !bytes.Equal(get(t, path), tt.content); changed != tt.changed {
			t.Errorf("%s: changed is %v", tt.what, changed)
		}
	}
}
