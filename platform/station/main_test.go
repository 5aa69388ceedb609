package station

import (
	"os"
	"testing"

	"untag/platform/leaktest"
)

func TestMain(m *testing.M) { os.Exit(leaktest.Run(m)) }
