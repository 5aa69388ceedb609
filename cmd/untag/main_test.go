package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"untag/cmd/untag/internal/cli"
	"untag/platform/apply"
	"untag/scrub"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"untag":    main,
		"untagtoy": mainToy,
	})
}

// mainToy is main with the format of toy_test.go alone. Where the environment
// has UNTAG_TERMINAL, what it names ("stdin", "stdout", "stderr") passes for a
// terminal of 80 columns.
func mainToy() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	terminals := map[string]any{"stdin": os.Stdin, "stdout": os.Stdout, "stderr": os.Stderr}
	engine := scrub.NewEngine([]scrub.Format{toy})
	os.Exit(int(cli.Run(ctx, cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Columns: func(stream any) int {
			if stream == terminals[os.Getenv("UNTAG_TERMINAL")] {
				return 80
			}
			return 0
		},
		Now: time.Now, Getenv: os.Getenv, Version: "toy", Engine: engine, Planner: apply.Direct(engine),
	})))
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "try": try, "name": name, "drive": drive, "sample": sample, "judge": judge,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// exits runs a program and holds it to an exit code: exits 3 untag scrub x.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var e *exec.ExitError
	got := 0
	if errors.As(err, &e) {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// try runs a program whose exit code is looked at elsewhere: try untag scrub x.
func try(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: try PROGRAM ARGS...")
	}
	var e *exec.ExitError
	if err := ts.Exec(args[0], args[1:]...); !errors.As(err, &e) {
		ts.Check(err)
	}
}

// name renames a file to a name that a script can't spell, in Go syntax.
func name(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: name FILE NAME")
	}
	to, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.Rename(ts.MkAbs(args[0]), ts.MkAbs(to)))
}
