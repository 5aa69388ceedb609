// Package sandbox parses files in processes that can do nothing else.
//
// A program that calls [Main] where [IsWorker] says so can be its own worker:
// [Start] runs it again, and what runs then has no file system, no network, no
// environment and a short list of system calls before it sees the first byte of
// a file. It is handed one descriptor at a time, open for reading, and answers
// with a plan. A [Pool] of workers is an [apply.Planner].
//
// A worker is trusted with nothing. Its answer is decoded within bounds and held
// against [scrub.Plan.Check]; one that crashes, stalls or answers nonsense costs
// the file it was given, and another takes its place.
package sandbox
