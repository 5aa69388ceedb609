package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"untag/cmd/untag/internal/cli"
	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/testkit"
	"untag/scrub"
)

// noted is a format of nine bytes and a note, which identifies.
var noted = scrub.Format{
	Name: "noted", Title: "Noted", Extensions: []string{"noted"},
	Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("NOTED\n")) },
	Parse: func(s *scrub.Scan) error {
		s.Claim(0, 6, scrub.Structure, "head")
		return s.Blank(6, s.Size()-6, '.', scrub.Comment, "note")
	},
}

const content = "NOTED\nmy name is Kim"

func folder(t *testing.T, files int) string {
	dir := t.TempDir()
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.noted", i)), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// environment returns one with the given arguments whose streams are kept.
func environment(args ...string) (cli.Env, *testkit.Buffer, *testkit.Buffer) {
	var out, errs testkit.Buffer
	engine := scrub.NewEngine([]scrub.Format{noted})
	return cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Columns: func(any) int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }, Engine: engine, Planner: apply.Direct(engine), Confined: func() error { return errors.New("parsers are confined by nothing") }, Version: "test",
	}, &out, &errs
}

// interrupter is a planner that raises an interrupt on its n-th call.
type interrupter struct {
	apply.Planner
	left   atomic.Int32
	cancel context.CancelFunc
}

func (p *interrupter) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	if p.left.Add(-1) == 0 {
		p.cancel()
	}
	return p.Planner.Plan(ctx, f, size, opt)
}

func TestInterruptedRunSaysHowFarItCame(t *testing.T) {
	dir := folder(t, 200)
	for _, args := range [][]string{{"scrub", dir}, {"scrub", "--json", dir}} {
		env, out, errs := environment(args...)
		ctx, cancel := context.WithCancel(context.Background())
		p := &interrupter{Planner: env.Planner, cancel: cancel}
		p.left.Store(20)
		env.Planner = p
		if code := cli.Run(ctx, env); code != exit.Interrupted {
			t.Errorf("%v: code %d, want 130", args, code)
		}
		if !strings.Contains(errs.String(), "untag: error: interrupted after ") || !strings.Contains(errs.String(), "every file is whole") {
			t.Errorf("%v: said %q", args, errs.String())
		}
		if args[1] == "--json" && !(strings.Contains(out.String(), `"interrupted":true`) && strings.HasSuffix(out.String(), `"exit":130}`+"\n")) {
			t.Errorf("last line: %q", out.String()[strings.LastIndex(strings.TrimSpace(out.String()), "\n")+1:])
		}
	}
	// Every file is as it was, or cleaned; a second run finishes the work.
	cleaned := strings.Replace(content, "my name is Kim", "..............", 1)
	for i := range 200 {
		b, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%03d.noted", i)))
		if err != nil || string(b) != content && string(b) != cleaned {
			t.Fatalf("file %d is %q (%v)", i, b, err)
		}
	}
	env, _, errs := environment("scrub", dir)
	if code := cli.Run(context.Background(), env); code != exit.OK || errs.String() != "" {
		t.Errorf("second run: code %d, said %q", code, errs.String())
	}
}

// broken takes some writes and no more.
type broken struct {
	left atomic.Int32
	err  error
}

func (b *broken) Write(p []byte) (int, error) {
	if b.left.Add(-1) < 0 {
		return 0, b.err
	}
	return len(p), nil
}

func TestReportThatNobodyReadsEndsTheRun(t *testing.T) {
	for _, tt := range []struct {
		verb string
		err  error
		want string // the start of what is said
	}{
		{"inspect", syscall.EPIPE, ""}, // somebody has seen enough
		{"inspect", errors.New("no paper"), "untag: error: writing the report: no paper\n"},
		{"scrub -v", syscall.EPIPE, "untag: error: stopped after "},
	} {
		env, _, errs := environment(append(strings.Fields(tt.verb), folder(t, 100))...)
		out := &broken{err: tt.err}
		out.left.Store(1)
		env.Stdout = out
		if code := cli.Run(context.Background(), env); code != exit.Failed {
			t.Errorf("%s, %v: code %d, want 3", tt.verb, tt.err, code)
		}
		if got := errs.String(); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s, %v: said %q", tt.verb, tt.err, got)
		}
	}
}

// A report for which there is no room is not there the next time either.
func TestFullDriveIsHintedAt(t *testing.T) {
	env, _, errs := environment("scrub", "-v", folder(t, 9))
	out := &broken{err: syscall.ENOSPC}
	out.left.Store(1)
	env.Stdout = out
	if code := cli.Run(context.Background(), env); code != exit.Failed || !strings.Contains(errs.String(), "untag: hint: the drive is full") {
		t.Errorf("code %d, said %q", code, errs.String())
	}
}

func TestFlagsThatMayBeMeant(t *testing.T) {
	for args, want := range map[string]string{
		"scrub --dryrun x":   "untag: hint: did you mean untag scrub --dry-run?\n",
		"--verson":           "untag: hint: did you mean untag --version?\n",
		"scrub --sideways x": "untag: hint: see untag scrub --help\n",
	} {
		env, _, errs := environment(strings.Fields(args)...)
		if code := cli.Run(context.Background(), env); code != exit.Usage || !strings.HasSuffix(errs.String(), want) {
			t.Errorf("%s: code %d, said %q", args, code, errs.String())
		}
	}
}

func TestWhatCannotBeWrittenIsNoSuccess(t *testing.T) {
	const words = "untag: error: writing the report: no paper\n"
	for _, tt := range []struct {
		args []string
		err  error
		want string
	}{
		{[]string{"help"}, errors.New("no paper"), words},
		{[]string{"scrub", "--help"}, errors.New("no paper"), words},
		{[]string{"completion", "bash"}, errors.New("no paper"), words},
		{[]string{"inspect", "--json", folder(t, 9)}, errors.New("no paper"), words},
		{[]string{"help"}, syscall.EPIPE, ""},
		{[]string{"formats"}, syscall.EPIPE, ""},
	} {
		env, _, errs := environment(tt.args...)
		env.Stdout = &broken{err: tt.err}
		if code := cli.Run(context.Background(), env); code != exit.Failed || errs.String() != tt.want {
			t.Errorf("%v, %v: code %d, want 3; said %q, want %q", tt.args, tt.err, code, errs.String(), tt.want)
		}
	}
}

func TestOnlyTheNameIsQuotedOfWhatIsNotThere(t *testing.T) {
	env, _, errs := environment("scrub", filepath.Join("no", "such\x1b[2J"))
	const want = `untag: error: $'no/such\033[2J': no such file or directory` + "\n"
	if code := cli.Run(context.Background(), env); code != exit.Failed || !strings.HasPrefix(errs.String(), want) {
		t.Errorf("code %d, said %q, want %q", code, errs.String(), want)
	}
}

func TestProgressOnATerminalIsErased(t *testing.T) {
	dir := folder(t, 50)
	env, out, errs := environment("scrub", dir)
	env.Columns = func(any) int { return 60 }
	var ticks atomic.Int64
	env.Now = func() time.Time { return time.Unix(ticks.Add(1), 0) } // a second passes at each look
	if code := cli.Run(context.Background(), env); code != exit.OK {
		t.Fatalf("code %d", code)
	}
	s := errs.String()
	if !strings.Contains(s, "\r\x1b[K") || !strings.Contains(s, " file") || !strings.HasSuffix(s, "\r\x1b[K") {
		t.Errorf("progress was %q", s)
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("progress came into the report: %q", out.String())
	}
	for _, flag := range []string{"-q"} {
		env, _, errs := environment("scrub", flag, dir)
		env.Columns, env.Now = func(any) int { return 60 }, func() time.Time { return time.Unix(ticks.Add(1), 0) }
		if cli.Run(context.Background(), env); errs.String() != "" {
			t.Errorf("%s: progress was %q", flag, errs.String())
		}
	}
}
