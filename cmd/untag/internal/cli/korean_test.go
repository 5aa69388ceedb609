package cli

import (
	"regexp"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/sandbox"
	"untag/platform/station"
	"untag/platform/walk"
)

var hangul = regexp.MustCompile(`\p{Hangul}`)

func inKorean(t *testing.T) {
	lang.Choose(func(string) string { return "ko_KR.UTF-8" })
	t.Cleanup(func() { lang.Choose(nil) })
}

// TestHelpIsTranslated finds commands and options whose words never reached the catalogue.
func TestHelpIsTranslated(t *testing.T) {
	inKorean(t)
	root, seen := Command(Env{}), 0
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		if c.Name() == "completion" { // what is below is cobra's
			return
		}
		if !hangul.MatchString(c.Short) {
			t.Errorf("%s: %q", c.CommandPath(), c.Short)
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if seen++; !hangul.MatchString(f.Usage) {
				t.Errorf("%s --%s: %q", c.CommandPath(), f.Name, f.Usage)
			}
		})
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(root)
	if seen < 40 {
		t.Errorf("%d options", seen)
	}
}

// TestWhatOthersSayIsTranslated: problems of drives, and errors that a person has to act on.
func TestWhatOthersSayIsTranslated(t *testing.T) {
	inKorean(t)
	for _, p := range []station.Problem{station.ReadOnly, station.NoAnswer, station.NoSandbox, station.NoAccess, station.NoWatches,
		station.PartMounted, station.TooManyFolders, station.NotThere, station.Taken, station.BadPolicy} {
		if s := lang.Known(string(p)); !hangul.MatchString(s) {
			t.Errorf("%q", s)
		}
	}
	for _, err := range []error{walk.ErrMount, walk.ErrNeither, walk.ErrLoop, apply.ErrTaken} {
		if s := report.ErrorWords(err); !hangul.MatchString(s) {
			t.Errorf("%q", s)
		}
	}
	const prefix = "the parser's process failed: "
	for _, how := range []error{sandbox.ErrCrashed, sandbox.ErrStalled, sandbox.ErrNonsense, sandbox.ErrStart, sandbox.ErrOpen} {
		if s, want := lang.Known(prefix+how.Error()+": x"), regexp.MustCompile(`^해석기 프로세스가 실패했음: [^a-z]+: x$`); !want.MatchString(s) {
			t.Errorf("%q", s)
		}
	}
}
