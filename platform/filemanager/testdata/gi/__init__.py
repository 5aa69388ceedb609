import os


def require_version(name, version):
    if version != os.environ["HAVE_NAUTILUS"]:
        raise ValueError(name + " " + version + " is not there")
