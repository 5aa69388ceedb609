package main

import "runtime/debug"

// release is set by the linker: -ldflags "-X main.release=1.2.3".
var release = "dev"

// version names the release, the revision it was built from, and the compiler.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	v := release
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value[:min(12, len(s.Value))]
		}
		if s.Key == "vcs.modified" && s.Value == "true" {
			v += "+"
		}
	}
	return v + " " + info.GoVersion
}
