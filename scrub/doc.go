// Package scrub is the core of untag: media bytes in, a map and a plan out.
//
// An [Engine] recognises a medium by its content, has the parser of its format
// divide it into spans and findings, lets a [Policy] choose what goes, and
// returns a [Plan]: edits that keep the length of everything but the tail.
// Nothing here opens, writes or waits: that is the work of package apply.
//
// A format is one package with one [Format] value; see package formats for the
// table of them and package scrubtest for the laws that each one is held to.
package scrub
