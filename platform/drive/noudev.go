//go:build !cgo || noudev

package drive

import "context"

type database struct{}

func (*database) properties(*block) properties { return nil }

func listen(context.Context, func(error)) (<-chan message, error) { return nil, nil }
