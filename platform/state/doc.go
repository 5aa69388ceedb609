// Package state remembers from one run to the next which files were clean, so that
// what has not changed since is not read again.
//
// [Open] makes or opens a state, which is one file. [State.Look] tells what was
// found of a file the last time, if it is still what it was; [State.Add] remembers
// it, once a [Probe] has shown that a later change can't go unnoticed; and
// [State.Close] writes what is left, and forgets files that are gone.
//
// What is stored names nothing: keyed hashes of paths, and of all that is known
// of a file under the terms of the run, with a key that was made with the state and is
// in no other place. A path that was guessed can be tried by whoever has the state.
// An entry that was damaged, or comes from another state, fits no file. But
// whoever may write the state can have any file pass: see [Open] for whom it trusts.
package state
