package cli

import "golang.org/x/term"

// Columns is the width of the terminal that a stream is, 0 if it is none.
func Columns(stream any) int {
	f, ok := stream.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// colours tells whether a stream is to be coloured: see https://no-color.org.
func (a *app) colours(when string, stream any) bool {
	if when != "auto" {
		return when == "always"
	}
	return a.Getenv("NO_COLOR") == "" && a.Getenv("TERM") != "dumb" && a.Columns(stream) > 0
}
