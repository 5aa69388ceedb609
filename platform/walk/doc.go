// Package walk finds the regular files beneath a root, on drives that strangers
// have filled, without ever leaving the root.
//
// [Open] takes the file or folder that a person named. Everything beneath it is
// reached one name at a time from an open folder, so that no link, no rename
// and no mount can lead elsewhere: start with [Root.Files], and open what it
// yields with [Entry.Open].
package walk
