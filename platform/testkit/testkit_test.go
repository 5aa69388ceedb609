package testkit

import (
	"testing"
	"time"
)

// What comes late is waited for, and what doesn't come is told.
func TestWithin(t *testing.T) {
	asked := 0
	if !Within(time.Hour, func() bool { asked++; return asked == 3 }) {
		t.Error("it was not waited for")
	}
	if Within(time.Millisecond, func() bool { return false }) {
		t.Error("what never comes has come")
	}
}
