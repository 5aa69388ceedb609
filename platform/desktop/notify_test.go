package desktop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/platform/config"
	"untag/platform/lang"
	"untag/platform/station"
)

// screen notes what is shown: "+1 text" a new bubble, "=1 text" the same anew, "-1".
type screen struct {
	notes   []string
	last    uint32
	fail    error
	mute    bool // whether notes have no buttons
	answers chan Answer
}

func (s *screen) Buttons(context.Context) bool { return !s.mute }

func (s *screen) Answers(context.Context) <-chan Answer { return s.answers }

func (s *screen) Show(_ context.Context, replaces uint32, n Note) (uint32, error) {
	if s.fail != nil {
		return 0, s.fail
	}
	sign := "="
	if replaces == 0 {
		s.last++
		replaces, sign = s.last, "+"
	}
	mark := ""
	if n.Problem {
		mark = "!"
	}
	text := fmt.Sprintf("%s%d%s %s | %s", sign, replaces, mark, n.Summary, n.Body)
	if len(n.Buttons) > 0 && !s.mute {
		text += fmt.Sprint(" ", n.Buttons)
	}
	s.notes = append(s.notes, text)
	return replaces, nil
}

func (s *screen) Hide(_ context.Context, number uint32) error {
	s.notes = append(s.notes, fmt.Sprintf("-%d", number))
	return nil
}

// step is what becomes of the drive, and for how long it stays so.
type step struct {
	state station.DriveState
	stays time.Duration
}

func play(t *testing.T, policy config.Notify, steps ...step) []string {
	var all []any
	for _, st := range steps {
		all = append(all, st)
	}
	return perform(t, &screen{}, Hands{}, policy, all...)
}

// perform shows steps, and gives the answers among them.
func perform(t *testing.T, s *screen, hands Hands, policy config.Notify, steps ...any) []string {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		changes := make(chan station.Change)
		s.answers = make(chan Answer)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Notify(ctx, changes, s, hands, func() config.Notify { return policy }, func(err error) { s.notes = append(s.notes, "failed: "+err.Error()) })
		}()
		for _, st := range steps {
			switch st := st.(type) {
			case step:
				changes <- station.Change{DriveState: st.state}
				time.Sleep(st.stays)
			case Answer:
				s.answers <- st
			}
			synctest.Wait()
		}
		cancel()
		<-ended
	})
	return s.notes
}

func with(s station.DriveState, change func(*station.DriveState)) station.DriveState {
	change(&s)
	return s
}

func TestBubbles(t *testing.T) {
	none, some := station.Counts{}, station.Counts{Files: 50, Media: 45, Cleaned: 41, Tags: 310}
	more := station.Counts{Files: 51, Media: 46, Cleaned: 42, Tags: 313}
	trouble := station.Counts{Files: 50, Cleaned: 1, Tags: 1, Partly: 2, Unsupported: 1, Failed: 3, Waiting: 1}
	const (
		begun  = "+1 HOLIDAY is being cleaned | Leave it plugged in until it is done."
		isGood = " HOLIDAY is clean | 41 files cleaned, 310 tags removed. Eject it before you unplug it."
	)
	for name, c := range map[string]struct {
		policy config.Notify
		steps  []step
		want   []string
	}{
		"quickly clean": {config.NotifyAll, []step{{stick(station.Cleaning, none), 1999 * time.Millisecond}, {stick(station.Watching, some), time.Hour}},
			[]string{"+1" + isGood}},
		"after two seconds": {config.NotifyAll, []step{{stick(station.Cleaning, none), 2 * time.Second}, {stick(station.Watching, some), time.Hour}},
			[]string{begun, "=1" + isGood}},
		"counts don't put it off": {config.NotifyAll, []step{{stick(station.Cleaning, none), time.Second}, {stick(station.Cleaning, some), time.Second}},
			[]string{begun}},
		"said once": {config.NotifyAll, []step{{stick(station.Cleaning, none), 3 * time.Second}, {stick(station.Cleaning, some), 3 * time.Second}},
			[]string{begun}},
		"nothing to remove": {config.NotifyAll, []step{{stick(station.Cleaning, none), 0}, {stick(station.Done, none), 0}},
			[]string{"+1 HOLIDAY is clean | Nothing had to be removed. Eject it before you unplug it."}},
		"later files count anew": {config.NotifyAll, []step{{stick(station.Watching, some), time.Hour}, {stick(station.Cleaning, some), time.Second}, {stick(station.Watching, more), 0}},
			[]string{"+1" + isGood, "=1 HOLIDAY is clean | 1 file cleaned, 3 tags removed. Eject it before you unplug it."}},
		"later files that were clean": {config.NotifyAll, []step{{stick(station.Watching, some), time.Hour}, {stick(station.Cleaning, some), time.Second}, {stick(station.Watching, some), 0}},
			[]string{"+1" + isGood}},
		"trouble": {config.NotifyProblems, []step{{stick(station.Cleaning, none), time.Hour}, {stick(station.Watching, trouble), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | 1 file cleaned, 1 tag removed. 2 files only partly clean, 1 file of a kind that can't be cleaned, 3 files not read or not written, 1 file in use, to be looked at later."}},
		"no trouble": {config.NotifyProblems, []step{{stick(station.Cleaning, none), time.Hour}, {stick(station.Watching, some), 0}}, nil},
		"not wanted": {config.NotifyNone, []step{{stick(station.Cleaning, none), time.Hour}, {stick(station.Watching, trouble), 0}}, nil},
		"other files": {config.NotifyAll, []step{{stick(station.Watching, station.Counts{Cleaned: 41, Tags: 310, Other: 1}), time.Hour}, {stick(station.Watching, station.Counts{Cleaned: 41, Tags: 310, Other: 12}), 0}},
			[]string{"+1 All that untag knows on HOLIDAY is clean | 41 files cleaned, 310 tags removed, and 1 other file, which untag does not know, was not looked at. Eject it before you unplug it.",
				"=1 All that untag knows on HOLIDAY is clean | Nothing had to be removed, and 12 other files, which untag does not know, were not looked at. Eject it before you unplug it."}},
		"other files beside trouble": {config.NotifyAll, []step{{stick(station.Watching, station.Counts{Failed: 1, Other: 2}), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | 1 file not read or not written, and 2 other files, which untag does not know, were not looked at."}},
		"pulled": {config.NotifyAll, []step{{stick(station.Cleaning, none), time.Hour}, {stick(station.Gone, some), 0}},
			[]string{begun, "=1! HOLIDAY was removed before it was clean | Its files are whole. Plug it in again to have the rest cleaned."}},
		"pulled when it was clean": {config.NotifyAll, []step{{stick(station.Watching, some), time.Hour}, {stick(station.Gone, some), 0}},
			[]string{"+1" + isGood}},
		"paused": {config.NotifyAll, []step{{stick(station.Cleaning, none), time.Hour}, {stick(station.Paused, some), time.Hour}},
			[]string{begun, "-1"}},
		"paused at once": {config.NotifyAll, []step{{stick(station.Cleaning, none), time.Second}, {stick(station.Paused, some), time.Hour}}, nil},
		"ignored":        {config.NotifyAll, []step{{stick(station.Ignored, none), time.Hour}}, nil},
		"stuck": {config.NotifyAll, []step{{with(stick(station.Stuck, none), func(s *station.DriveState) { s.Problem = station.NoAnswer }), 0}},
			[]string{"+1! HOLIDAY can't be cleaned | The drive does not answer well."}},
		"read-only and clean": {config.NotifyAll, []step{{with(stick(station.Watching, none), func(s *station.DriveState) { s.Problem = station.ReadOnly }), 0}},
			[]string{"+1 HOLIDAY is clean | Nothing had to be removed. Eject it before you unplug it."}},
		"read-only with tags": {config.NotifyAll, []step{{with(stick(station.Watching, station.Counts{Found: 2, Tags: 9}), func(s *station.DriveState) { s.Problem, s.Action = station.ReadOnly, config.Report }), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | 2 files with tags, the drive is read-only."}},
		"only looked at": {config.NotifyAll, []step{{with(stick(station.Checking, none), func(s *station.DriveState) { s.Action = config.Report }), 2 * time.Second},
			{with(stick(station.Watching, station.Counts{Found: 2, Tags: 9}), func(s *station.DriveState) { s.Action = config.Report }), 0}},
			[]string{"+1 HOLIDAY is being looked through | Leave it plugged in until it is done.", "=1 HOLIDAY holds what identifies | 2 files with tags. Nothing was changed."}},
		"no pass came to its end": {config.NotifyAll, []step{{with(stick(station.Watching, none), func(s *station.DriveState) { s.Passes = 0 }), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | Not all of it was looked at."}},
		"files are being written": {config.NotifyAll, []step{{stick(station.Watching, some), time.Hour}, {stick(station.Settling, some), time.Hour}, {stick(station.Cleaning, some), time.Second}, {stick(station.Watching, more), 0}},
			[]string{"+1" + isGood, "=1 HOLIDAY is clean | 1 file cleaned, 3 tags removed. Eject it before you unplug it."}},
		"files are still being written": {config.NotifyAll, []step{{stick(station.Cleaning, none), 2 * time.Second}, {stick(station.Settling, some), time.Hour}}, []string{begun}},
		"pulled while files were being written": {config.NotifyAll, []step{{stick(station.Settling, some), time.Hour}, {stick(station.Gone, some), 0}},
			[]string{"+1! HOLIDAY was removed before it was clean | Its files are whole. Plug it in again to have the rest cleaned."}},
		"looked through again": {config.NotifyAll, []step{{stick(station.Watching, trouble), 0}, {with(stick(station.Watching, none), func(s *station.DriveState) { s.Listing = true }), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | 1 file cleaned, 1 tag removed. 2 files only partly clean, 1 file of a kind that can't be cleaned, 3 files not read or not written, 1 file in use, to be looked at later.",
				"=1! HOLIDAY is not entirely clean | Not all of it was looked at."}},
		"new files are not noticed": {config.NotifyAll, []step{{with(stick(station.Watching, some), func(s *station.DriveState) { s.Problem = station.NoWatches }), 0}},
			[]string{"+1 HOLIDAY was looked through | 41 files cleaned, 310 tags removed. What is copied to it from now on is noticed only now and then."}},
		"a part of it": {config.NotifyAll, []step{{with(stick(station.Watching, none), func(s *station.DriveState) { s.Problem = station.PartMounted }), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | Only a part of it is mounted."}},
		"more than is looked at": {config.NotifyAll, []step{{with(stick(station.Watching, none), func(s *station.DriveState) { s.Problem = station.TooManyFolders }), 0}},
			[]string{"+1! HOLIDAY is not entirely clean | It has more folders than are kept track of."}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, play(t, c.policy, c.steps...)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestBubblesInKorean(t *testing.T) {
	inKorean(t)
	counts := station.Counts{Files: 50, Cleaned: 41, Tags: 310, Partly: 2, Other: 1}
	readOnly := with(stick(station.Stuck, station.Counts{}), func(s *station.DriveState) { s.Problem = station.ReadOnly })
	want := []string{
		"+1 HOLIDAY 드라이브에서 식별 정보를 지우고 있습니다 | 끝날 때까지 뽑지 마십시오.",
		"=1! HOLIDAY 드라이브는 완전히 깨끗하지는 않습니다 | 파일 41개에서 식별 정보 310개를 지웠습니다. 일부만 깨끗한 파일 2개. untag가 모르는 다른 파일 1개는 검사하지 않았습니다.",
		"=1! HOLIDAY 드라이브는 청소할 수 없습니다 | 드라이브가 읽기 전용임.",
	}
	got := play(t, config.NotifyAll, step{stick(station.Cleaning, counts), time.Hour}, step{stick(station.Watching, counts), 0}, step{readOnly, 0})
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	unlabelled := stick(station.Watching, station.Counts{})
	unlabelled.Drive.Label, unlabelled.Drive.Vendor, unlabelled.Drive.Model = "", "", ""
	if s := working(unlabelled).Summary; s != "이름 없는 드라이브에서 식별 정보를 지우고 있습니다" {
		t.Error(s)
	}
	if s := statusLine([]station.DriveState{stick(station.Watching, counts)}); s != "1 drive, not all of it clean or looked at" {
		t.Errorf("the service manager logs %q", s)
	}
}

// inKorean has texts in Korean until the test's end.
func inKorean(t *testing.T) {
	lang.Choose(func(string) string { return "ko_KR.UTF-8" })
	t.Cleanup(func() { lang.Choose(func(string) string { return "" }) })
}

func TestScreenThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		changes := make(chan station.Change, 1)
		changes <- station.Change{DriveState: stick(station.Done, station.Counts{})}
		close(changes)
		want := errors.New("no screen")
		var got error
		Notify(t.Context(), changes, &screen{fail: want}, Hands{}, func() config.Notify { return config.NotifyAll }, func(err error) { got = err })
		if got != want {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestNamesOfStrangers(t *testing.T) {
	for name, c := range map[string]struct{ label, vendor, model, want string }{
		"label":           {"HOLIDAY", "SanDisk", "Ultra", "HOLIDAY"},
		"none":            {"", "SanDisk", "Ultra", "SanDisk Ultra"},
		"model alone":     {"", "", "Ultra", "Ultra"},
		"nothing":         {"", "", "", "The drive"},
		"escape sequence": {"a\x1b[31mb", "", "", "a[31mb"},
		"direction":       {"gpj\u202e.exe", "", "", "gpj.exe"},
		"not UTF-8":       {"\xff\xfe", "", "", "The drive"},
		"long":            {strings.Repeat("x", 100), "", "", strings.Repeat("x", longestName-1) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			d := stick(station.Done, station.Counts{}).Drive
			d.Label, d.Vendor, d.Model = c.label, c.vendor, c.model
			if got := nameOf(d); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
