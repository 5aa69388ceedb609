"""nautilus.py EXTENSION VERB ADDRESS...: chooses VERB in the menu of the extension, or says its words if SAY is set."""
import importlib.util
import os
import subprocess
import sys
from types import SimpleNamespace

extension, verb, *addresses = sys.argv[1:]
spec = importlib.util.spec_from_file_location("untag", extension)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
provider = module.Untag()
files = [SimpleNamespace(get_uri=lambda a=a: a) for a in addresses]
before = [] if os.environ["HAVE_NAUTILUS"] == "4.0" else ["window"]
started = []
popen = subprocess.Popen
subprocess.Popen = lambda *a, **k: started.append(popen(*a, **k))
for item in provider.get_file_items(*before, files):
    if item.name == "Untag::" + verb:
        if os.environ.get("SAY"):
            print(item.label, item.tip, sep="\n")
        else:
            item.activate()
for child in started:
    child.wait()
