package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units are powers of 1000 as drives are sold, and of 1024 as systems count.
var units = map[string]float64{
	"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// ParseSize reads "64GB", "1.5 TiB" or "512".
func ParseSize(s string) (int64, error) {
	end := strings.LastIndexAny(s, "0123456789.") + 1
	n, err := strconv.ParseFloat(s[:end], 64)
	unit, ok := units[strings.ToLower(strings.TrimSpace(s[end:]))]
	if s[end:] == "" {
		unit, ok = 1, true
	}
	n *= unit
	if err != nil || !ok || !(n >= 1) || n >= math.MaxInt64 || strings.ContainsAny(s[:end], "xXeE_+-") {
		return 0, fmt.Errorf(`no size %q: a number and a unit, as in "64GB", "500 MB" or "29.8GiB"`, s)
	}
	return int64(n), nil
}
