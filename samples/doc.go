// Package samples makes media that give people away, for tests and for trying
// untag out. Every picture and sound is synthetic and decodes in ordinary
// programs; every secret is planted here and listed with the medium.
//
// [All] returns small media of every kind, [Get] one of them by its name,
// [BigMP4] a video of any size that is made while it is read, and [WriteDrive]
// fills a folder the way a camera would.
package samples
