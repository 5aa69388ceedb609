package h26x_test

import (
	"bytes"
	"slices"
	"testing"

	"untag/scrub"
	"untag/scrub/h26x"
)

// BenchmarkFrame looks into frames of 40 kB with a message each.
func BenchmarkFrame(b *testing.B) {
	slice := append(sliceUnit(h26x.AVC), bytes.Repeat([]byte{0x41}, 40<<10)...)
	f := frame(seiUnit(h26x.AVC, msg(1, []byte{1, 2, 3})), seiUnit(h26x.AVC, msg(5, secret(60, 2))), slice)
	data := toy(h26x.AVC, 4, 'f', slices.Repeat([][]byte{f}, 500)...)
	for b.Loop() {
		p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
		if err != nil || len(p.Findings) != 500 {
			b.Fatal(len(p.Findings), err)
		}
		b.ReportMetric(float64(p.Read)/500, "read/frame")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/frame")
}
