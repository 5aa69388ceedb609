package main

import "runtime/debug"

// release is set by the linker: -ldflags "-X main.release=1.2.3".
var release = "dev"

// version names the release and the compiler.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return release + " " + info.GoVersion
	}
	return release
}
