package decoders

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
)

// programs are those of libheif, libavif, LibRaw and libtiff that are asked where they
// are installed, and how.
var programs = map[string]func(program, path string) (Shown, error){
	"heif-convert": showItems, "avifdec": showItems,
	"dcraw_emu": showRaw, "tiff2rgba": showTIFF, "tiffinfo": showWarnings,
}

// showRaw returns what LibRaw develops of a raw picture, with the white balance of the camera.
func showRaw(program, path string) (Shown, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, _ := exec.CommandContext(ctx, program, "-w", "-4", "-h", "-Z", "-", path).Output() // what it wrote counts
	return hashed(out), ctx.Err()
}

// showTIFF returns what libtiff makes of the first picture.
func showTIFF(program, path string) (Shown, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	made := path + ".rgba"
	if exec.CommandContext(ctx, program, "-c", "none", path, made).Run() != nil {
		_ = os.Remove(made)
		return nil, ctx.Err()
	}
	defer os.Remove(made)
	out, err := os.ReadFile(made)
	if err != nil || len(out) < 8 {
		return nil, err
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if out[0] == 'M' {
		order = binary.BigEndian
	}
	end := int(order.Uint32(out[4:])) // of the pixels: texts follow that it copies
	return hashed(out[8:max(8, min(end, len(out)))]), ctx.Err()
}

// showWarnings returns a stream if libtiff reads all pictures without a warning.
func showWarnings(program, path string) (Shown, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-D", path)
	var said counter
	cmd.Stderr = &said
	if cmd.Run() != nil || said > 0 {
		return nil, ctx.Err()
	}
	return Shown{{"no warning", []string{"of " + program}}}, ctx.Err()
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func hashed(out []byte) Shown {
	if len(out) == 0 {
		return nil
	}
	return Shown{{"picture", []string{fmt.Sprintf("%x", md5.Sum(out))}}}
}
