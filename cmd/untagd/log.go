package main

import (
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"
)

// newLog returns the log that the flags ask for.
func newLog(f flags, out io.Writer, getenv func(string) string) (zerolog.Logger, error) {
	level, err := zerolog.ParseLevel(f.level)
	if err != nil {
		return zerolog.Nop(), err
	}
	if f.log == "console" {
		out = zerolog.ConsoleWriter{Out: out, TimeFormat: time.TimeOnly, NoColor: !isTerminal(out) || getenv("NO_COLOR") != "",
			FieldsExclude: []string{"took"}} // the same without a unit, for programs
	}
	return zerolog.New(out).Level(level).With().Timestamp().Logger(), nil
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
