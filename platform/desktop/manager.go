package desktop

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"

	"untag/platform/station"
)

// manager tells the service manager how the daemon is, by sd_notify(3). Without
// one it does nothing.
type manager struct {
	station Station
	log     zerolog.Logger
}

// say sends the lines of a message.
func (m manager) say(message string) {
	if _, err := daemon.SdNotify(false, message); err != nil {
		m.log.Debug().Err(err).Msg("the service manager can't be told")
	}
}

func (m manager) ready() {
	m.say(daemon.SdNotifyReady + "\nSTATUS=" + statusLine(m.station.Snapshot()))
}

// reloading sends the time as well, which Type=notify-reload asks for.
func (m manager) reloading() {
	m.say(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

func (m manager) stopping() { m.say(daemon.SdNotifyStopping) }

// tell keeps the status of the service up to date, until ctx ends.
func (m manager) tell(ctx context.Context) {
	changes, cancel := m.station.Subscribe()
	defer cancel()
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-changes:
			if !ok {
				return
			}
			if line := statusLine(m.station.Snapshot()); line != last {
				last = line
				m.say("STATUS=" + line)
			}
		}
	}
}

// feed feeds the watchdog twice as often as it must be, and only as long as the
// station answers.
func (m manager) feed(ctx context.Context) {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every <= 0 {
		return
	}
	tick := time.NewTicker(every / 2)
	defer tick.Stop()
	for {
		m.station.Snapshot()
		m.say(daemon.SdNotifyWatchdog)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// statusLine is what systemctl status shows: numbers alone, since it is logged.
func statusLine(all []station.DriveState) string {
	state, p := overall(all)
	drives := count(int64(len(all)), "drive")
	switch state {
	case Idle:
		return "no drive"
	case Working:
		more := ""
		if p.Counting {
			more = " or more"
		}
		return fmt.Sprintf("%s, %d of %s%s done", drives, p.Done, count(p.Total, "file"), more)
	case Attention:
		return drives + ", not all of it clean or looked at"
	}
	return drives + ", nothing to do"
}

// count says n of a thing: "1 file", "2 files".
func count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
