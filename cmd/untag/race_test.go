//go:build race

package main

// The race detector takes several times the memory and time.
func init() { raced = true }
