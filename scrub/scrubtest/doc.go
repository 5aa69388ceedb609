// Package scrubtest holds parsers to the laws of untag.
//
// Call [Laws] on a sample of a format, [Fuzz] from a fuzz target, [Giant] on a
// medium too large to hold, and [Golden] to pin the map of a sample. A
// [Harness] does the same with more to say about the medium, and flips single bits.
//
// The laws, by the numbers that breaches carry:
//
//  1. The map tiles the file; every byte is claimed.
//  2. No edit meets payload or render; the payload is the same after.
//  3. Planning again on the result finds nothing and edits nothing.
//  4. Wherever the writing stops, the payload is the same and a second run
//     finishes the work.
//  5. Filler is constant.
//  6. What is planted anywhere, nested media included, is gone.
//  7. Memory, reads and time are bounded; nothing panics.
//  8. What contradicts itself is never destroyed on a guess nor called clean.
//  9. One flipped bit costs no picture and no sound; of what no finding explains
//     little goes where there is doubt.
//  10. What Go's decoders showed before, they show after. Other decoders are in
//     the package decoders.
package scrubtest
