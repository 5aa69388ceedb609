package decoders

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// showItems returns the pictures that a program which turns pictures made of items into PNG
// makes of a file, without what it writes beside them. It is an error if it takes too long.
func showItems(program, path string) (shown Shown, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = exec.CommandContext(ctx, program, path, path+".png").Run() // what it wrote counts
	made, _ := filepath.Glob(path + "*.png")
	slices.Sort(made)
	for _, name := range made {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		shown = append(shown, Go(data, mostPixels)...)
		_ = os.Remove(name)
	}
	return shown, ctx.Err()
}
