package apply

import (
	"context"
	"os"

	"golang.org/x/time/rate"
)

// paced writes no faster than it may. Once ctx has ended it does not wait any more:
// what is written then is little, and brings a file to where it can be left.
type paced struct {
	kernel
	ctx  context.Context
	rate *rate.Limiter
}

func newPaced(ctx context.Context, k kernel, bytesPerSecond int64) paced {
	return paced{k, ctx, rate.NewLimiter(rate.Limit(bytesPerSecond), burst)}
}

const burst = 256 << 10

func (p paced) wait(n int) {
	for n > 0 && p.rate.WaitN(p.ctx, min(n, burst)) == nil {
		n -= burst
	}
}

func (p paced) writeAt(f *os.File, b []byte, off int64) (int, error) {
	p.wait(len(b))
	return p.kernel.writeAt(f, b, off)
}

// copyRange waits before, for as much as one call of the kernel is to take. To and from
// the same drive that is read and written.
func (p paced) copyRange(to, from *os.File, off, n int64) (int64, error) {
	n = min(n, maxWrite)
	p.wait(int(n))
	return p.kernel.copyRange(to, from, off, n)
}
