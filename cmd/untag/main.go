//go:generate go run ./internal/gendoc ../../docs

// Untag removes what identifies device, person, place and time from media files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"untag/cmd/untag/internal/cli"
	"untag/platform/apply"
	"untag/scrub/formats"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)   // a second signal ends the program at once
	signal.Ignore(syscall.SIGPIPE) // a reader that has gone is an error of writing, not an end in the middle of a file
	engine := formats.Engine()
	os.Exit(int(cli.Run(ctx, cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Columns: cli.Columns, Now: time.Now, Version: version(),
		Engine: engine, Planner: apply.Direct(engine),
	})))
}
