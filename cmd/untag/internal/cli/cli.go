// Package cli is the command line of untag: [Run] takes an environment and
// returns an exit code. Nothing in it reads os.Args, writes to os.Stdout or
// exits, so that tests run it in their own process.
package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/scrub"
)

// Env is the world as the command line sees it.
type Env struct {
	Args           []string // without the name of the program
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Columns is the width of the terminal that a stream is, 0 if it is none.
	Columns func(stream any) int
	Now     func() time.Time
	Getenv  func(string) string
	Engine  *scrub.Engine
	Planner apply.Planner
	// Confined tells why parsers are not fully confined, nil if they are.
	Confined func() error
	// Limit has the parsers read no more than so many bytes a second; nil where nothing does.
	Limit   func(bytesPerSecond int64)
	Version string
}

// app is one run of the program.
type app struct {
	Env
	out   io.Writer // of cobra
	code  exit.Code
	taken bool // whether standard output is for a medium
}

// failure is an error that ends the run, with what can be done about it. Without
// words it is told by the exit code alone.
type failure struct {
	code      exit.Code
	msg, hint string
}

func (f *failure) Error() string { return f.msg }

// Run does what the arguments say and returns the exit code.
func Run(ctx context.Context, env Env) exit.Code {
	if !wantsJSON(env.Args) { // programs that read it know English
		lang.Choose(env.Getenv)
	}
	out := &heard{Writer: env.Stdout}
	a := &app{Env: env, out: out}
	root := a.command()
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	if out.err != nil {
		err = failed(out.err)
	}
	if err != nil {
		return a.fail(err)
	}
	return a.code
}

// heard keeps the first error of writing, which cobra drops where it shows help.
type heard struct {
	io.Writer
	err error
}

func (h *heard) Write(p []byte) (int, error) {
	n, err := h.Writer.Write(p)
	h.err = cmp.Or(h.err, err)
	return n, err
}

// Command returns the tree of commands, for the generator of manual pages.
func Command(env Env) *cobra.Command { return (&app{Env: env}).command() }

// fail reports an error that ended the run. An error that is no failure comes
// from cobra, which means that the command line is wrong.
func (a *app) fail(err error) exit.Code {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{exit.Usage, lang.Known(err.Error()), lang.T("see %s --help", "untag")}
	}
	if f.msg == "" {
		return f.code
	}
	if !wantsJSON(a.Args) || a.failJSON(f) != nil {
		_ = report.Complain(a.Stderr, f.msg, f.hint) // nothing is left to tell it to
	}
	return f.code
}

func (a *app) failJSON(f *failure) error {
	out := a.Stdout
	if a.taken {
		out = a.Stderr
	}
	p := report.New(out, a.Stderr, true, report.Options{})
	return errors.Join(p.Error(f.msg, f.hint), p.End(&report.Totals{}, f.code))
}

// wantsJSON looks for --json in arguments that may not have been understood.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "--json")
}
