package decoders

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
)

const python = "/usr/bin/python3"

// The viewer reads paths, a line each, and answers each with a line: the frames,
// or nothing. Of a JPEG only the first picture counts: the others are previews,
// which go on purpose. A colour profile counts if it is one.
const viewer = `
import io, sys, zlib, warnings
from PIL import Image, ImageCms, ImageOps, ImageSequence
warnings.simplefilter("error", Image.DecompressionBombWarning)
Image.MAX_IMAGE_PIXELS = 1 << 24
def profile(f):
    try:
        return bool(ImageCms.ImageCmsProfile(io.BytesIO(f.info["icc_profile"])))
    except Exception:
        return False
def frames(path):
    with Image.open(path) as m:
        many = m.format not in ("JPEG", "MPO")
        for i, f in enumerate(ImageSequence.Iterator(m)):
            f.load()
            yield "%dx%d,%s,%x,%s,%s" % (f.size + (f.mode, zlib.crc32(ImageOps.exif_transpose(f).convert("RGBA").tobytes()),
                f.info.get("duration"), profile(f)))
            if not many or i > 200:
                break
for path in sys.stdin:
    try:
        print(" ".join(frames(path.rstrip("\n"))), flush=True)
    except Exception:
        print(flush=True)
`

// viewers are Pillows that wait for pictures.
type viewers struct {
	mu   sync.Mutex
	idle []*pillow
}

type pillow struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// findPillow returns nil where Pillow isn't installed.
func findPillow() *viewers {
	if exec.Command(python, "-c", "import PIL").Run() != nil {
		return nil
	}
	return &viewers{}
}

// show returns nothing for a picture at which Pillow ends.
func (v *viewers) show(path string) (Shown, error) {
	p, err := v.get()
	if err != nil {
		return nil, err
	}
	_, _ = fmt.Fprintln(p.in, path)
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.in.Close()
		_ = p.cmd.Wait()
		return nil, nil
	}
	v.mu.Lock()
	v.idle = append(v.idle, p)
	v.mu.Unlock()
	if frames := strings.Fields(line); len(frames) > 0 {
		return Shown{{"picture", frames}}, nil
	}
	return nil, nil
}

func (v *viewers) get() (*pillow, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if n := len(v.idle); n > 0 {
		p := v.idle[n-1]
		v.idle = v.idle[:n-1]
		return p, nil
	}
	cmd := exec.Command(python, "-c", viewer)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &pillow{cmd, in, bufio.NewReader(out)}, nil
}

func (v *viewers) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range v.idle {
		p.in.Close()
		_ = p.cmd.Wait()
	}
	v.idle = nil
}
