//go:generate go run ./internal/gendoc ../../docs

// Untag removes what identifies device, person, place and time from media files.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"untag/cmd/untag/internal/cli"
	"untag/platform/sandbox"
	"untag/scrub/formats"
)

func main() {
	engine := formats.Engine()
	if sandbox.IsWorker(os.Args) {
		sandbox.Main(engine)
	}
	abortWhenBroken()
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() { // a second signal ends the program at once
		time.Sleep(time.Second) // but timeout(1) sends each twice
		stop()
	})
	signal.Ignore(syscall.SIGPIPE) // a reader that has gone is an error of writing, not an end in the middle of a file
	pool, err := sandbox.Start(sandbox.Options{Engine: engine, Lazy: true, Warn: func(what string) { fmt.Fprintln(os.Stderr, "untag: warning:", what) }})
	if err != nil {
		fmt.Fprintln(os.Stderr, "untag: error:", err)
		os.Exit(3)
	}
	code := cli.Run(ctx, cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Columns: cli.Columns, Now: time.Now, Getenv: os.Getenv, Version: version(),
		Engine: engine, Planner: pool, Confined: pool.Confined, Limit: pool.Limit,
	})
	pool.Close()
	os.Exit(int(code))
}

// abortWhenBroken has the runtime end the program by a signal where it can't go
// on, and not with code 2, which says that nothing was touched.
func abortWhenBroken() {
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // what was read of files stays in no other
	debug.SetTraceback("crash")
}
