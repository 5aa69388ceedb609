// Package filemanager holds what puts Clean and Inspect into the menus of file
// managers, and what those start: untag-on-files, which hands names to untag as
// they are. Its tests have hostile names go all the way.
package filemanager
