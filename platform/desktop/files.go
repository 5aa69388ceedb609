package desktop

import (
	"context"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"untag/platform/drive"
	"untag/platform/station"
)

// denied is what a bus says to who may not do something.
const denied = "org.freedesktop.DBus.Error.AccessDenied"

// Files tells which files of a drive are not clean, and of how many more the names
// were not kept. Names tell of people: on the system bus only the user whose drive
// it is, and root, are told.
func (m methods) Files(from dbus.Sender, id uint64) ([]dict, int64, *dbus.Error) {
	drives := m.s.station.Snapshot()
	switch i := slices.IndexFunc(drives, func(s station.DriveState) bool { return s.Drive.ID == id }); {
	case i < 0:
		return nil, 0, onBus(station.ErrNoDrive)
	case !m.s.mayRead(from, drives[i].Drive):
		return nil, 0, dbus.NewError(denied, []any{"only the user whose drive it is, and root, are told the names of files"})
	}
	files, err := m.s.station.Files(id)
	if err != nil {
		return nil, 0, onBus(err)
	}
	dicts := make([]dict, 0, len(files.All))
	for _, f := range files.All {
		d := dict{}
		for key, value := range map[string]string{"path": f.Path, "status": f.Status, "format": f.Format, "class": f.Class, "why": f.Why} {
			d[key] = dbus.MakeVariant(valid(value))
		}
		if valid(f.Path) != f.Path {
			d["path_bytes"] = dbus.MakeVariant([]byte(f.Path))
		}
		dicts = append(dicts, d)
	}
	return dicts, files.Left, nil
}

// mayRead tells whether the sender of a message may know the names of files.
func (s *service) mayRead(from dbus.Sender, d drive.Drive) bool {
	var uid uint32
	err := s.conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixUser", 0, string(from)).Store(&uid)
	return err == nil && (uid == 0 || int(uid) == os.Getuid() || owns(uid, d.MountPoint))
}

// owns tells whether a user's own drive is mounted there. Udisks mounts in a folder
// that is named for the user and open to nobody else; there, whom the drive itself
// says that it belongs to counts for nothing, for who made it has written that.
func owns(uid uint32, mountPoint string) bool {
	above := filepath.Dir(mountPoint)
	if base := filepath.Dir(above); base == "/media" || base == "/run/media" {
		u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
		return err == nil && u.Username == filepath.Base(above)
	}
	var st unix.Stat_t
	err := unix.Stat(mountPoint, &st)
	return err == nil && st.Uid == uid
}

// Files tells which files of a drive are not clean.
func (c *Client) Files(ctx context.Context, id uint64) (f station.Files, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var all []dict
	err = c.obj.CallWithContext(ctx, Interface+".Files", dbus.FlagNoAutoStart, id).Store(&all, &f.Left)
	for _, d := range all {
		file := station.File{Path: d.text("path"), Status: d.text("status"), Format: d.text("format"), Class: d.text("class"), Why: d.text("why")}
		if b := get[[]byte](d, "path_bytes"); b != nil {
			file.Path = string(b)
		}
		f.All = append(f.All, file)
	}
	return f, offBus(err)
}
