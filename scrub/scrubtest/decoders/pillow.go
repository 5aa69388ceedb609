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
// how they are turned and whether they have a colour profile, or nothing. Of a
// JPEG only the first picture counts: the others are previews, which go on purpose.
const viewer = `
import io, sys, zlib, warnings
from PIL import Image, ImageCms, ImageSequence
warnings.simplefilter("ignore")
warnings.simplefilter("error", Image.DecompressionBombWarning)
Image.MAX_IMAGE_PIXELS = 1 << 24
def shown(path):
    with Image.open(path) as m:
        for i, f in enumerate(ImageSequence.Iterator(m)):
            f.load()
            yield "picture=%dx%d,%s,%x,%s" % (f.size + (f.mode, zlib.crc32(f.convert("RGBA").tobytes()), f.info.get("duration")))
            if m.format in ("JPEG", "MPO") or i > 200:
                break
        turned = m.getexif().get(274, 1)
        if turned != 1:
            yield "turned=%s" % turned
        try:
            ImageCms.ImageCmsProfile(io.BytesIO(m.info["icc_profile"]))
            yield "profile=yes"
        except Exception:
            pass
for path in sys.stdin:
    try:
        print(" ".join(shown(path.rstrip("\n"))), flush=True)
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
	return parseView(line), nil
}

// parseView reads what the viewer answers. A picture that isn't turned, and one
// without a profile, have no stream that says so: nothing is lost if one appears,
// since of damaged blocks other readers read more than Pillow.
func parseView(line string) (shown Shown) {
	for _, word := range strings.Fields(line) {
		kind, frame, _ := strings.Cut(word, "=")
		if n := len(shown); n == 0 || shown[n-1].Kind != kind {
			shown = append(shown, Stream{Kind: kind})
		}
		last := &shown[len(shown)-1]
		last.Frames = append(last.Frames, frame)
	}
	return shown
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
