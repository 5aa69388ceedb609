"""Clean and Inspect in the menu of GNOME Files (nautilus-python)."""
import subprocess

import gi

try:
    gi.require_version("Nautilus", "4.0")  # since GNOME 43
except ValueError:
    gi.require_version("Nautilus", "3.0")
from gi.repository import GObject, Nautilus  # noqa: E402

ON_FILES = "/usr/local/libexec/untag/untag-on-files"
ACTIONS = (
    ("inspect", "Inspect with untag", "Show what the files tell of device, person, place and time"),
    ("clean", "Clean with untag…", "Remove what tells of device, person, place and time; this cannot be undone"),
)


class Untag(GObject.GObject, Nautilus.MenuProvider):
    def get_file_items(self, *args):
        """args ends with the files; before GNOME 43 the window came first."""
        addresses = [f.get_uri() for f in args[-1]]
        if not addresses or any(not a.startswith("file:") for a in addresses):
            return []
        return [self.item(addresses, *action) for action in ACTIONS]

    def get_background_items(self, *args):
        return []

    def item(self, addresses, verb, label, tip):
        item = Nautilus.MenuItem(name="Untag::" + verb, label=label, tip=tip)
        item.connect("activate", lambda *_: subprocess.Popen([ON_FILES, verb, *addresses]))
        return item
