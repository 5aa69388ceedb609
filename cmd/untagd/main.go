//go:debug updatemaxprocs=0

// Untagd cleans the media files on removable drives as soon as they are mounted.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"untag/platform/sandbox"
	"untag/scrub/formats"
)

// The runtime would wake up every half a minute to see whether its share of the
// processors has changed; updatemaxprocs=0 above keeps an idle daemon asleep.
func main() {
	engine := formats.Engine()
	if sandbox.IsWorker(os.Args) {
		sandbox.Main(engine)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { // a second signal ends the program at once
		time.Sleep(time.Second) // but timeout(1) sends each twice
		stop()
	})
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	os.Exit(run(ctx, env{
		Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Reload: hup, Engine: engine, Desk: openDesk,
	}))
}
