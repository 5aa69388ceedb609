// Package watch tells which files beneath a folder have changed and are quiet
// since.
//
// A [Watcher] is told by [Watcher.Watch] which folders to listen to, one call a
// folder, since inotify doesn't go down by itself. It waits until a file has not
// changed for a while and then has it ready for [Watcher.Take]. Folders that
// appear are handed out at once: whoever takes them watches each of them first
// and lists it second, so that nothing falls between. Nothing beneath the folder
// is held open, ever: watches don't keep a drive from being unmounted.
//
// inotify doesn't say that a file was closed (fsnotify doesn't hand that on) and
// says nothing about a file that is written through a mapping. So being quiet
// is only the occasion to look; that nobody is writing is for a lease to tell, and
// [Watcher.Later] for what to do if somebody is.
package watch
