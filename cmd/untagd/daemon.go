package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/rs/zerolog"
	"github.com/spf13/pflag"

	"untag/platform/apply"
	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/lang"
	"untag/platform/sandbox"
	"untag/platform/station"
	"untag/scrub"
)

// Exit codes, those of untag where they mean the same.
const (
	exitOK     = 0
	exitFound  = 1  // with --once: tags were found and left, by a rule or since the drive is read-only
	exitUsage  = 78 // the command line or the configuration is wrong; not 2, with which Go ends a program that has crashed
	exitTaken  = 69 // another daemon is on the bus
	exitFailed = 3  // the daemon can't work; with --once: a file or drive could not be cleaned
	exitPartly = 4  // with --once: a medium is only partly clean, or of a kind that can't be cleaned
)

// env is the world as the daemon sees it.
type env struct {
	Args           []string // without the name of the program
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Reload         <-chan os.Signal
	Engine         *scrub.Engine
	Desk           func(context.Context, deskOptions) desk // nil if nobody is to look
}

// daemon is one run of the program.
type daemon struct {
	env
	flags   flags
	log     zerolog.Logger
	config  atomic.Pointer[config.Config]
	station *station.Station
	release func()    // waits until drives are not looked for any more
	warned  sync.Once // of a sandbox that isn't one
}

// run is the life of the daemon. It returns the exit code.
func run(ctx context.Context, e env) int {
	lang.Choose(e.Getenv) // of notifications; logs are English
	d := &daemon{env: e, release: func() {}}
	if err := d.parse(e.Args); errors.Is(err, pflag.ErrHelp) {
		return exitOK
	} else if err != nil {
		return d.misused(err, "see untagd --help")
	}
	if d.flags.version {
		fmt.Fprintln(d.Stdout, "untagd", version())
		return exitOK
	}
	var err error
	if d.log, err = newLog(d.flags, e.Stderr, e.Getenv); err != nil {
		return d.misused(err, "see untagd --help")
	}
	c, err := d.load()
	if err != nil {
		hint := "untagd(8) tells where an example with every setting is"
		if errors.Is(err, fs.ErrNotExist) { // of --config: the usual ones need not be there
			hint = "check the spelling"
		}
		return d.misused(err, hint)
	}
	d.config.Store(&c)
	d.logAction(c)
	return d.serve(ctx, c)
}

// logAction says that nothing will be cleaned, where nobody is asked either.
func (d *daemon) logAction(c config.Config) {
	if c.Action == config.Ask && os.Getuid() == 0 && d.flags.bus != "session" {
		d.log.Warn().Msg("no action is configured, and a station asks nobody: drives are looked at and left as they are; untag action scrub has them cleaned, which can't be undone")
	}
}

func (d *daemon) misused(err error, hint string) int {
	if all := mistakes(err); len(all) > 0 && d.flags.log == "json" { // of a service
		d.logWrong(err, "see untagd(8)")
		return exitUsage
	}
	fmt.Fprintf(d.Stderr, "untagd: error: %v\nuntagd: hint: %s\n", err, hint)
	return exitUsage
}

// load reads the configuration, and what the command line says about it.
func (d *daemon) load() (config.Config, error) {
	paths := []string{d.flags.config}
	if d.flags.config == "" {
		paths = config.Standard(d.Getenv)
	}
	c, err := config.Load(paths...)
	if d.flags.settle > 0 {
		c.Settle = d.flags.settle
	}
	if d.flags.sandboxSaid {
		c.RequireSandbox = d.flags.sandbox
	}
	if c.Action == config.Ask && d.flags.byHand() {
		c.Action = config.Scrub
	}
	return c, err
}

// serve cleans drives until ctx ends.
func (d *daemon) serve(ctx context.Context, c config.Config) int {
	if err := d.trySandbox(); err != nil {
		d.log.Error().Msg("the parsers can't be confined; --require-sandbox=false works without")
		return exitFailed
	}
	ctx, end := context.WithCancelCause(ctx)
	cancel := func() { end(nil) }
	defer cancel()
	events, err := d.events(ctx, func(err error) { end(deaf{err}) })
	if err != nil {
		d.log.Error().Err(err).Msg("drives can't be looked for")
		return exitFailed
	}
	d.station = station.New(station.Options{Planners: d.planner, Config: c, Log: d.log, Once: d.flags.once})
	front := d.front(ctx, func() { end(errTaken) })
	defer front.Close()
	var beside sync.WaitGroup
	defer beside.Wait()
	defer d.release()
	defer cancel()
	beside.Go(func() { d.reloads(ctx, front) })
	d.log.Info().Str("version", version()).Msg("ready")
	beside.Go(front.Ready)
	err = d.station.Run(ctx, events)
	if context.Cause(ctx) == errTaken {
		d.log.Error().Err(errTaken).Msg("one is enough: untag status shows what it does")
		return exitTaken
	}
	if lost := (deaf{}); errors.As(context.Cause(ctx), &lost) {
		err = lost
	}
	d.log.Info().Msg("stopped")
	return d.result(err)
}

// deaf means that nothing is heard of drives any more.
type deaf struct{ error }

// errTaken means that drives are served already.
var errTaken = errors.New("another untagd is on the bus")

// front opens the desk. Going through drives once is no service, and a folder may be
// served beside another daemon.
func (d *daemon) front(ctx context.Context, taken func()) desk {
	if d.Desk == nil || d.flags.once {
		return nobody{}
	}
	if d.flags.byHand() {
		taken = nil
	}
	return d.Desk(ctx, deskOptions{d.station, d.flags.dbus(), func() config.Config { return *d.config.Load() }, d.keep, taken, d.log})
}

// keep keeps what is done with drives where its user's configuration is.
func (d *daemon) keep(a config.Action) error {
	return config.SetAction(cmp.Or(d.flags.config, config.Own(d.Getenv)), a)
}

// trySandbox makes sure that a parser can be started, before anything is said to work.
func (d *daemon) trySandbox() error {
	pool, err := sandbox.Start(d.sandbox(false))
	if err != nil {
		d.log.Error().Err(err).Msg("sandbox")
		return err
	}
	defer pool.Close()
	if s, err := pool.Status(); err == nil {
		d.log.Info().Int("landlock", s.Landlock).Bool("seccomp", s.Seccomp).Bool("full", s.Full()).Msg("sandbox")
	}
	return nil
}

func (d *daemon) sandbox(lazy bool) sandbox.Options {
	return sandbox.Options{
		Engine: d.Engine, Workers: 2, Lazy: lazy, Require: d.config.Load().RequireSandbox,
		Warn: func(s string) {
			d.warned.Do(func() { d.log.Warn().Msg(s) })
		},
	}
}

// planner starts parsers for one drive.
func (d *daemon) planner() (apply.Planner, func(), error) {
	pool, err := sandbox.Start(d.sandbox(true))
	if err != nil {
		return nil, nil, err
	}
	return pool, pool.Close, nil
}

// events tells of drives: those that are named, or those that come and go, until lost is told why
// that is over.
func (d *daemon) events(ctx context.Context, lost func(error)) (<-chan drive.Event, error) {
	opt := drive.Options{Loop: d.flags.loop, Lost: lost, Warn: func(err error) { d.log.Warn().Err(err).Msg("looking for drives") }}
	switch {
	case len(d.flags.drives) > 0:
		return d.named(), nil
	case d.flags.once:
		all, err := drive.List(opt)
		return mounted(all), err
	}
	w, err := drive.Watch(ctx, opt)
	if err != nil {
		return nil, err
	}
	d.release = func() {
		for range w.Events() { // until it has let go of everything
		}
	}
	return w.Events(), nil
}

// named has the folders of the command line. What is known of the drives that
// they are is for the rules to match.
func (d *daemon) named() <-chan drive.Event {
	known, _ := drive.List(drive.Options{Loop: true}) // a folder needs no drive
	var all []drive.Drive
	for _, path := range d.flags.drives {
		at := drive.Drive{MountPoint: path}
		for _, k := range known {
			if k.MountPoint == path {
				at = k
				at.Device, at.Major, at.Minor = "", 0, 0 // taken for a folder: nobody tells when it is pulled
			}
		}
		all = append(all, at)
	}
	events := mounted(all)
	if d.flags.once {
		return events
	}
	return held(events)
}

// mounted has those of the drives that can be reached, and ends.
func mounted(all []drive.Drive) <-chan drive.Event {
	events := make(chan drive.Event, len(all))
	for i, one := range all {
		if one.ID = uint64(i + 1); one.MountPoint != "" {
			events <- drive.Event{Kind: drive.Mounted, Drive: one}
		}
	}
	close(events)
	return events
}

// held has the same events, and no end.
func held(events <-chan drive.Event) <-chan drive.Event {
	all := make(chan drive.Event, cap(events))
	for e := range events {
		all <- e
	}
	return all
}

// reloads reads the configuration anew whenever that is asked for.
func (d *daemon) reloads(ctx context.Context, front desk) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.Reload:
			front.Reloading()
			d.reload()
			front.Ready()
		}
	}
}

// reload leaves everything as it was if there is something wrong.
func (d *daemon) reload() {
	c, err := d.load()
	if err != nil {
		d.logWrong(err, "the one before stays in force")
		return
	}
	d.config.Store(&c)
	d.station.SetConfig(c)
	d.logAction(c)
	d.log.Info().Int("rules", len(c.Rules)).Msg("configuration read")
}

// logWrong says what is wrong, and where: to a person as at the start, to a journal
// without what may be the name of a drive.
func (d *daemon) logWrong(err error, so string) {
	all := mistakes(err)
	e := d.log.Error()
	switch {
	case d.flags.log == "console":
		fmt.Fprintf(d.Stderr, "untagd: error: %v\n", err)
	case len(all) == 0:
		e = e.Err(err)
	default:
		for _, at := range all {
			at = at.Discreet()
			d.log.Error().Str("file", at.Path).Int("line", at.Line).Int("column", at.Column).Str("reason", at.What).Str("shown", at.Error()).Msg("a mistake in the configuration")
		}
	}
	e.Msg("the configuration is wrong; " + so)
}

// mistakes are those of a configuration.
func mistakes(err error) (all []*config.Error) {
	if at, ok := err.(*config.Error); ok {
		return []*config.Error{at}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			all = append(all, mistakes(one)...)
		}
	}
	return all
}

// result makes an exit code of how it ended, and with --once of what became of
// the drives.
func (d *daemon) result(err error) int {
	if !d.flags.once {
		if err == nil || errors.Is(err, context.Canceled) {
			return exitOK
		}
		d.log.Error().Err(err).Msg("the daemon can't go on")
		return exitFailed
	}
	code := exitOK
	if err != nil {
		code = exitFailed
	}
	for _, s := range d.station.Snapshot() {
		code = worse(code, codeOf(s))
	}
	return code
}

func codeOf(s station.DriveState) int {
	switch {
	case s.State == station.Stuck, s.State == station.Gone, s.Counts.Failed > 0, s.Counts.Waiting > 0:
		return exitFailed
	case s.Problem == station.TooManyFolders, s.Problem == station.PartMounted, s.Counts.Partly > 0, s.Counts.Unsupported > 0:
		return exitPartly
	case s.Counts.Found > 0:
		return exitFound
	}
	return exitOK
}

// worse returns the code that is reported where both apply.
func worse(a, b int) int {
	for _, c := range []int{exitFailed, exitPartly, exitFound} {
		if a == c || b == c {
			return c
		}
	}
	return exitOK
}
