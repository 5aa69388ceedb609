package main

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == measureMode {
		exitOn(measureHere(os.Args[2], os.Args[3:]))
		return
	}
	os.Exit(m.Run())
}

func shell(t *testing.T, script string) Cost {
	t.Helper()
	c, err := measure(t.TempDir(), []string{"sh", "-c", script})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMeasureCountsWhatChildrenDo(t *testing.T) {
	c := shell(t, "sh -c 'head -c 3000000 /dev/zero > a; cat a > b'; true")
	if c.Written < 6000000 || c.ReadCalls < 3000000 {
		t.Errorf("%d bytes written and %d read, want at least 6000000 and 3000000", c.Written, c.ReadCalls)
	}
	if c.Space < 6000000 {
		t.Errorf("%d bytes of room, want at least 6000000", c.Space)
	}
	if c.Wall <= 0 || c.CPU <= 0 || c.Failed != "" {
		t.Errorf("time %v, CPU %v, failed %q", c.Wall, c.CPU, c.Failed)
	}
}

func TestMeasureSeesRoomThatIsGivenBack(t *testing.T) {
	if c := shell(t, "head -c 8000000 /dev/zero > a; sleep 0.3; rm a"); c.Space < 8000000 {
		t.Errorf("%d bytes of room, want at least 8000000", c.Space)
	}
}

func TestMeasureKeepsTheLastWordsOfAFailure(t *testing.T) {
	c := shell(t, "echo one; echo 'no such thing' >&2; exit 3")
	if c.Failed != "exit code 3: no such thing" {
		t.Errorf("failed: %q", c.Failed)
	}
}

func TestMeasureDoesNotCountItsOwnMemory(t *testing.T) {
	big := make([]byte, 200<<20)
	for i := range big {
		big[i] = byte(i)
	}
	if c := shell(t, "true"); c.Memory <= 0 || c.Memory > 100<<20 {
		t.Errorf("%d bytes of memory for true", c.Memory)
	}
	if big[len(big)-1] == 0 {
		t.Error("the compiler has left the memory out")
	}
}

func TestMeasureOfWhatIsNotThere(t *testing.T) {
	if _, err := measure(t.TempDir(), []string{"no-such-program"}); err == nil || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("got %v", err)
	}
}
