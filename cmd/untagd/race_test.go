//go:build race

package main

// The race detector keeps several bytes beside each one in memory.
func init() { mostIdle *= 4 }
