// Package vm runs a virtual machine under QEMU: [Start] begins one or goes on
// with one that was saved, [VM.Shell] runs commands in it, [VM.PlugUSB] and the
// like plug drives and pull them. It does without hardware virtualisation.
package vm

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// Config says what to start.
type Config struct {
	Kernel, Initrd string
	Disk           string // a qcow2 image; what the machine writes and [VM.Save] saves is in it
	Saved          string // name of the saved state to go on from; "" to boot
	Share          string // a folder that the machine can mount as 9p, read-only, with the tag "share"
	Dir            string // for sockets and logs
	MemoryMB       int
	Accel          Accel
}

// Accel is how QEMU runs the machine's processor.
type Accel string

// The two ways. What was saved with one can't be gone on from with the other.
const (
	KVM Accel = "kvm"
	TCG Accel = "tcg" // emulation: ten times slower, and everywhere
)

// MayKVM tells whether the kernel offers hardware virtualisation. That a guest
// then says a word is another matter: on some machines none ever does.
func MayKVM() bool {
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err == nil {
		f.Close()
	}
	return err == nil
}

func (a Accel) argument() string {
	if a == TCG {
		return "tcg,thread=multi"
	}
	return string(a)
}

// VM is a running machine.
type VM struct {
	dir    string
	cmd    *exec.Cmd
	exited chan struct{}
	qmp    *monitor
	agent  *agent
}

// Console and Log are, in Config.Dir, what the machine and QEMU had to say.
const (
	Console = "console.log"
	Log     = "qemu.log"
)

// Start starts the machine, which ends with this process. It returns before
// the machine has booted: see [VM.Await].
func Start(c Config) (*VM, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(c.Dir, Log))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	v := &VM{dir: c.Dir, exited: make(chan struct{})}
	v.cmd = exec.Command("qemu-system-x86_64", c.arguments()...)
	v.cmd.Stdout, v.cmd.Stderr = log, log
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := v.start(); err != nil {
		return nil, err
	}
	if err := v.connect(); err != nil {
		v.Kill()
		text, _ := os.ReadFile(filepath.Join(c.Dir, Log))
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	return v, nil
}

func (c Config) arguments() []string {
	args := []string{
		"-machine", "q35", "-accel", c.Accel.argument(), "-cpu", "max", "-smp", "2", "-m", fmt.Sprint(c.MemoryMB),
		"-nodefaults", "-no-reboot", "-display", "none",
		"-serial", "file:" + filepath.Join(c.Dir, Console),
		"-qmp", "unix:" + c.socket("qmp") + ",server=on,wait=off",
		// Where the host is busy, an emulated timer comes too late for the kernel's check.
		"-kernel", c.Kernel, "-initrd", c.Initrd, "-append", "console=ttyS0 panic=-1 quiet no_timer_check",
		"-drive", "if=virtio,format=qcow2,cache=unsafe,file=" + c.Disk,
		"-device", "virtio-serial-pci",
		"-chardev", "socket,id=agent,path=" + c.socket("agent") + ",server=on,wait=off",
		"-device", "virtserialport,chardev=agent,name=agent",
		"-device", "qemu-xhci,id=xhci,p2=8,p3=8",
		// No card can be plugged in, but there can be a reader with one in which the
		// medium is changed.
		"-device", "sdhci-pci", "-drive", "if=none,id=slot",
		"-device", "sd-card,id=" + cardReader + ",drive=slot",
		"-virtfs", "local,path=" + c.Share + ",mount_tag=share,security_model=none,readonly=on",
	}
	if c.Saved != "" {
		args = append(args, "-loadvm", c.Saved)
	}
	return args
}

func (c Config) socket(name string) string { return filepath.Join(c.Dir, name+".socket") }

// start has QEMU die with this process: with the thread that started it, which
// therefore waits for it.
func (v *VM) start() error {
	started := make(chan error)
	go func() {
		// A locked thread ends with its goroutine, and no sooner.
		runtime.LockOSThread()
		err := v.cmd.Start()
		started <- err
		if err == nil {
			_ = v.cmd.Wait() // it is always killed
			close(v.exited)
		}
	}()
	return <-started
}

func (v *VM) connect() error {
	c := Config{Dir: v.dir}
	conn, err := v.dial(c.socket("qmp"))
	if err != nil {
		return err
	}
	if v.qmp, err = newMonitor(conn); err != nil {
		return err
	}
	if conn, err = v.dial(c.socket("agent")); err != nil {
		return err
	}
	v.agent = newAgent(conn)
	return nil
}

// dial waits for the socket.
func (v *VM) dial(path string) (net.Conn, error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("unix", path)
		if err == nil || time.Now().After(end) {
			return conn, err
		}
		select {
		case <-v.exited:
			return nil, errors.New("qemu has ended")
		default:
		}
	}
}

// Kill is a power cut.
func (v *VM) Kill() {
	_ = v.cmd.Process.Kill() // or it has ended
	<-v.exited
	if v.qmp != nil {
		v.qmp.conn.Close()
	}
	if v.agent != nil {
		v.agent.conn.Close()
	}
}

// Save keeps the state of the machine in its disk. Nothing of the share may be
// mounted.
func (v *VM) Save(name string) error {
	var out string
	err := v.qmp.execute("human-monitor-command", arguments{"command-line": "savevm " + name}, &out)
	if err == nil && out != "" {
		err = errors.New(out)
	}
	return err
}
