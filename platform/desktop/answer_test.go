package desktop

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/station"
)

// asked is a drive about which somebody is asked.
func asked(state station.State, found int64) station.DriveState {
	s := stick(state, station.Counts{Files: 50, Found: found, Tags: 9})
	s.Action, s.Rule = config.Ask, ""
	return s
}

// hands note what they do on the screen.
func (s *screen) hands(fail error) Hands {
	does := func(format string, args ...any) error {
		s.notes = append(s.notes, fmt.Sprintf(format, args...))
		return fail
	}
	return Hands{
		Decide: func(id uint64, a config.Action) error { does("decide %d %s", id, a); return nil },
		Keep:   func(a config.Action) error { return does("keep %s", a) },
		Pause:  func(id uint64) error { does("pause %d", id); return nil },
		Resume: func(id uint64) error { does("resume %d", id); return nil },
		Eject: func(_ context.Context, d drive.Drive) error {
			time.Sleep(time.Minute)
			return does("eject %s", d.Device)
		},
		Show: func(_ context.Context, d station.DriveState, token string) error {
			return does("show %d %s", d.Drive.ID, token)
		},
	}
}

const (
	theQuestion = " HOLIDAY: clean it? That can't be undone | 2 files with tags. untag removes from the files themselves what identifies people, devices, places and times. Copy the originals elsewhere first. Without an answer nothing is changed. [always once leave report]"
	isClean     = " HOLIDAY is clean | 2 files cleaned, 9 tags removed. Eject it before you unplug it. [eject]"
	isLeft      = " HOLIDAY holds what identifies | 2 files with tags. Nothing was changed. The command “untag action scrub” has drives cleaned, which can't be undone."
)

func TestQuestions(t *testing.T) {
	look := step{asked(station.Checking, 0), time.Second}
	found := step{asked(station.Watching, 2), time.Hour}
	cleaned := step{stick(station.Watching, station.Counts{Cleaned: 2, Tags: 9}), 0}
	for name, c := range map[string]struct {
		policy config.Notify
		mute   bool
		fail   error
		steps  []any
		want   []string
	}{
		"always":     {steps: []any{look, found, Answer{1, buttonAlways, ""}, cleaned}, want: []string{"+1" + theQuestion, "decide 7 scrub", "keep scrub", "=1" + isClean}},
		"once":       {steps: []any{look, found, Answer{1, buttonOnce, ""}, Answer{1, closed, ""}, cleaned}, want: []string{"+1" + theQuestion, "decide 7 scrub", "+2" + isClean}},
		"report":     {steps: []any{found, Answer{1, buttonLook, ""}}, want: []string{"+1" + theQuestion, "decide 7 report", "keep report"}},
		"leave":      {steps: []any{found, Answer{1, buttonLeave, ""}, step{asked(station.Ignored, 0), 0}}, want: []string{"+1" + theQuestion, "decide 7 ignore"}},
		"twice":      {steps: []any{found, Answer{1, buttonLeave, ""}, Answer{1, buttonAlways, ""}}, want: []string{"+1" + theQuestion, "decide 7 ignore"}},
		"others":     {steps: []any{found, Answer{9, buttonAlways, ""}, Answer{0, buttonAlways, ""}}, want: []string{"+1" + theQuestion}},
		"no answer":  {steps: []any{found, Answer{1, closed, ""}, step{asked(station.Watching, 3), 0}}, want: []string{"+1" + theQuestion, "+2 HOLIDAY holds what identifies | 3 files with tags. Nothing was changed. The command “untag action scrub” has drives cleaned, which can't be undone. [show eject]"}},
		"too late":   {steps: []any{found, Answer{1, closed, ""}, Answer{1, buttonAlways, ""}}, want: []string{"+1" + theQuestion}},
		"pulled":     {steps: []any{found, step{asked(station.Gone, 2), 0}}, want: []string{"+1" + theQuestion, "-1"}},
		"next time":  {steps: []any{found, Answer{1, closed, ""}, step{asked(station.Gone, 2), 0}, found}, want: []string{"+1" + theQuestion, "+2" + theQuestion}},
		"is clean":   {steps: []any{look, step{asked(station.Watching, 0), 0}}, want: []string{"+1 HOLIDAY is clean | Nothing had to be removed. Eject it before you unplug it. [eject]"}},
		"nobody":     {mute: true, steps: []any{found}, want: []string{"+1" + isLeft}},
		"not wanted": {policy: config.NotifyNone, steps: []any{found}},
		"problems":   {policy: config.NotifyProblems, steps: []any{found}, want: []string{"+1" + theQuestion}},
		"a rule asks": {steps: []any{step{with(asked(station.Watching, 2), func(s *station.DriveState) { s.Rule = "mine" }), 0}, Answer{1, buttonOnce, ""}},
			want: []string{"+1" + theQuestion[:len(theQuestion)-len("[always once leave report]")] + "[once leave]", "decide 7 scrub"}},
		"a long look": {steps: []any{step{asked(station.Checking, 1), 3 * time.Second}, found, Answer{1, buttonOnce, ""}},
			want: []string{"+1 HOLIDAY: clean it? That can't be undone | There are files on it that tell who made them, with what, where or when." + theQuestion[len(" HOLIDAY: clean it? That can't be undone | 2 files with tags."):], "=1" + theQuestion, "decide 7 scrub"}},
		"can't be kept": {fail: errors.New("disk full"), steps: []any{found, Answer{1, buttonAlways, ""}},
			want: []string{"+1" + theQuestion, "decide 7 scrub", "keep scrub", "failed: disk full", "+2! The answer could not be kept | It holds for this drive. The command “untag action” tells why it can't be kept."}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &screen{mute: c.mute}
			if c.policy == "" {
				c.policy = config.NotifyAll
			}
			if d := cmp.Diff(c.want, perform(t, s, s.hands(c.fail), c.policy, c.steps...)); d != "" {
				t.Error(d)
			}
		})
	}
}

// looked is a drive that is only reported on.
func looked(state station.State) station.DriveState {
	s := stick(state, station.Counts{})
	s.Action = config.Report
	return s
}

func TestButtons(t *testing.T) {
	clean := step{stick(station.Watching, station.Counts{Cleaned: 2, Tags: 9}), 0}
	unclean := step{stick(station.Watching, station.Counts{Partly: 1}), 0}
	working := step{stick(station.Cleaning, station.Counts{}), 3 * time.Second}
	const (
		begun    = "+1 HOLIDAY is being cleaned | Leave it plugged in until it is done. [pause]"
		isPartly = "+1! HOLIDAY is not entirely clean | 1 file only partly clean. [show eject]"
		leaves   = "=1 HOLIDAY is being ejected | Leave it plugged in until it is done."
	)
	for name, c := range map[string]struct {
		fail  error
		steps []any
		want  []string
	}{
		"eject": {steps: []any{clean, Answer{1, buttonEject, ""}, step{stick(station.Paused, station.Counts{}), 0}, step{stick(station.Gone, station.Counts{}), time.Hour}},
			want: []string{"+1" + isClean, leaves, "eject /dev/sdb1", "=1 HOLIDAY can be unplugged now | HOLIDAY is clean."}},
		"eject what is not clean": {steps: []any{unclean, Answer{1, buttonEject, ""}, step{stick(station.Gone, station.Counts{}), time.Hour}},
			want: []string{isPartly, leaves, "eject /dev/sdb1", "=1 HOLIDAY can be unplugged now | HOLIDAY is not entirely clean."}},
		"it is busy": {fail: errors.New("busy"), steps: []any{clean, Answer{1, buttonEject, ""}, step{clean.state, time.Hour}},
			want: []string{"+1" + isClean, leaves, "eject /dev/sdb1", "=1! HOLIDAY can't be ejected | Close what uses it, and try again. [eject]"}},
		"eject too early": {steps: []any{clean, step{stick(station.Settling, station.Counts{}), 0}, Answer{1, buttonEject, ""}},
			want: []string{"+1" + isClean, "=1 HOLIDAY is being cleaned | Leave it plugged in until it is done. [pause]"}},
		"eject what is being looked through": {steps: []any{unclean, step{looked(station.Checking), 0}, Answer{1, buttonEject, ""}},
			want: []string{isPartly, "=1 HOLIDAY is being looked through | Leave it plugged in until it is done. [pause]"}},
		"eject what is written to": {steps: []any{step{looked(station.Watching), 0}, step{looked(station.Settling), 0}, Answer{1, buttonEject, ""}},
			want: []string{"+1 HOLIDAY is clean | Nothing had to be removed. Eject it before you unplug it. [eject]", "=1 HOLIDAY is being cleaned | Leave it plugged in until it is done. [pause]"}},
		"eject what was left in the middle": {steps: []any{unclean, step{stick(station.Checking, station.Counts{}), 0}, step{stick(station.Paused, station.Counts{}), 0}, Answer{1, buttonEject, ""}, step{stick(station.Gone, station.Counts{}), time.Hour}},
			want: []string{isPartly, leaves, "eject /dev/sdb1", "=1 HOLIDAY can be unplugged now | "}},
		"eject after a pause": {steps: []any{clean, Answer{1, buttonPause, ""}, Answer{1, buttonResume, ""}, clean, Answer{1, buttonEject, ""}, step{stick(station.Paused, station.Counts{}), 0}, step{stick(station.Gone, station.Counts{}), time.Hour}},
			want: []string{"+1" + isClean, "pause 7", "resume 7", leaves, "eject /dev/sdb1", "=1 HOLIDAY can be unplugged now | HOLIDAY is clean."}},
		"pause": {steps: []any{working, Answer{1, buttonPause, ""}, step{stick(station.Paused, station.Counts{}), 0}, Answer{1, buttonResume, ""}, working},
			want: []string{begun, "pause 7", "=1 HOLIDAY is left alone | What changes on it is looked at once you resume. [resume]", "resume 7", "=1 HOLIDAY is being cleaned | Leave it plugged in until it is done. [pause]"}},
		"show": {steps: []any{unclean, Answer{1, buttonShow, "token"}}, want: []string{isPartly, "show 7 token"}},
		"can't be shown": {fail: errors.New("no browser"), steps: []any{unclean, Answer{1, buttonShow, ""}},
			want: []string{isPartly, "show 7 ", "+2! The report can't be shown | The command “untag status --files” lists the files that are not clean."}},
		"progress": {steps: []any{working, step{with(stick(station.Cleaning, station.Counts{}), func(s *station.DriveState) { s.Done, s.Total, s.Listing = 20, 50, false }), 11 * time.Second},
			step{stick(station.Cleaning, station.Counts{}), 0}, Answer{1, closed, ""}, step{stick(station.Cleaning, station.Counts{Files: 30}), time.Hour}},
			want: []string{begun, "=1 HOLIDAY is being cleaned | 20 of 50 files are done. Leave it plugged in until it is done. [pause]"}},
		"a folder": {steps: []any{step{with(clean.state, func(s *station.DriveState) { s.Drive.Device = "" }), 0}}, want: []string{"+1" + isClean[:len(isClean)-len(" [eject]")]}},
		"taken":    {steps: []any{step{with(stick(station.Stuck, station.Counts{}), func(s *station.DriveState) { s.Problem = station.Taken }), 0}}, want: []string{"+1! HOLIDAY is another untagd's | It may only look: ask it with “untag status”."}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &screen{}
			if d := cmp.Diff(c.want, perform(t, s, s.hands(c.fail), config.NotifyAll, c.steps...)); d != "" {
				t.Error(d)
			}
		})
	}
}
