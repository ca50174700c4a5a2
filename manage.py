#!/usr/bin/env python3
"""The house's one command: `python3 manage.py up`, `python3 manage.py test`, and Django's.

Started by any Python 3, it finds one that fits, makes `.venv`, installs what the lock file
names and starts itself again there. Until `main` hands over, only the standard library may
be imported, in words that old Pythons can read. A virtual environment of your own that has
the packages is left alone, and so is everything when REWEAVE_NO_BOOTSTRAP is set.
"""

import contextlib
import hashlib
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 12)
RUNNING, DEVELOPING = "requirements.lock", "requirements-dev.lock"
# Commands that need the tools of a developer; everything else does with what runs the house.
DEVELOPERS_COMMANDS = {"test", "lock", "bench"}
# Commands that must be quick and small, so that Django is not loaded into them.
WITHOUT_DJANGO = {
    "up": "community.house.up",
    "test": "community.house.trial",
    "lock": "community.house.locks",
    "worker_health": "community.house.alive",
}


class Unable(Exception):
    """The environment cannot be made. Its text is one sentence that says what to do."""


class Environment:
    """`.venv`, and what is known to be installed in it."""

    def __init__(self, root):
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / ".installed"
        self.unfinished = self.folder / ".unfinished"

    def has(self, lock):
        """Whether everything that `lock` names is installed, as far as the stamp tells."""
        return self.python.exists() and digest(self.root / lock) in self._stamped()

    def install(self, lock, claim):
        """Make the folder where it is missing or broken, and install `lock` into it.

        The installer keeps `claim` open, so that nobody comes in before it ends, even where
        this process is killed.
        """
        if self.unfinished.exists():
            shutil.rmtree(self.folder)  # half a package looks like a whole one to pip
        if not self._works():
            shutil.rmtree(self.folder, ignore_errors=True)
            self._make()
        self.stamp.unlink(missing_ok=True)
        self.unfinished.touch()
        command = [*installer(self.python), "-r", str(self.root / lock)]
        if subprocess.call(command, pass_fds=[claim]) != 0:
            raise Unable("The packages could not be installed: the lines above say why.")
        # Whoever develops has everything that runs the house, too: see `manage.py lock`.
        locks = [RUNNING, DEVELOPING] if lock == DEVELOPING else [RUNNING]
        self.stamp.write_text("".join(digest(self.root / name) + "\n" for name in locks))
        self.unfinished.unlink()

    def _stamped(self):
        return self.stamp.read_text().split() if self.stamp.exists() else []

    def _works(self):
        return self.python.exists() and fits(str(self.python))

    def _make(self):
        python = fitting_python()
        command = [python, "-m", "venv", str(self.folder)]
        if shutil.which("uv") or has_pip(python):
            command.insert(3, "--without-pip")  # seconds, for what is there already
        if subprocess.call(command) != 0:
            raise Unable(
                "{} cannot make a virtual environment; on Debian and Ubuntu, install "
                "python3-venv.".format(python)
            )


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def installer(python):
    """The command that installs exactly what a lock file names: uv where there is one, or a pip."""
    exactly = ["-qq", "--require-hashes", "--no-deps"]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", str(python), *exactly]
    pip = next(filter(has_pip, [str(python), fitting_python()]), None)
    if pip is None:
        subprocess.call([str(python), "-m", "ensurepip"])
    # Modules are compiled when first imported: most of them never are.
    plainly = ["--no-compile", "--no-input", "--disable-pip-version-check"]
    into = ["-m", "pip", "--python", str(python), "install"]
    return [pip or str(python), *into, *exactly, *plainly]


def has_pip(python):
    return answers(python, "import pip")


def fitting_python():
    """A Python new enough for the house, this one first. Raises Unable where there is none."""
    for candidate in candidates():
        if fits(candidate):
            return candidate
    raise Unable(
        "Reweave needs Python {0}.{1} or newer, and this machine has none that starts; install "
        "one from your system's packages (python{0}.{1} and python3-venv), python.org or "
        "pyenv, and run this again.".format(*OLDEST)
    )


def candidates():
    yield sys.executable
    for minor in (14, 13, 12):
        yield from filter(None, [shutil.which("python3.{}".format(minor))])
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for folder in sorted(versions.glob("3.*"), key=numbers, reverse=True):
        yield str(folder / "bin" / "python3")


def numbers(folder):
    return [int(part) if part.isdigit() else -1 for part in folder.name.split(".")]


def fits(python):
    """Whether it starts at all, as pyenv's shims may not, and is new enough."""
    return answers(python, "import sys, venv; sys.exit(sys.version_info < {!r})".format(OLDEST))


def answers(python, question):
    """Whether `python` runs the words of `question` without an error."""
    try:
        answer = subprocess.run(
            [python, "-c", question], stdin=subprocess.DEVNULL, capture_output=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


@contextlib.contextmanager
def alone(root):
    """One at a time: two commands started together do not install into each other."""
    try:
        import fcntl
    except ImportError:
        raise Unable("Reweave runs on Linux and macOS; on Windows, use WSL.") from None
    folder = os.open(str(root), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def own_environment(environ):
    """Whether this Python was given the packages by other means than ours."""
    if environ.get("REWEAVE_NO_BOOTSTRAP"):
        return True
    in_one = sys.prefix != sys.base_prefix and Path(sys.prefix).resolve() != ROOT / ".venv"
    return in_one and importlib.util.find_spec("wagtail") is not None


def keep_bytecode(folder):
    """Whoever wants no bytecode beside their sources has it in the environment instead:
    without any, each of the house's processes takes five seconds longer to start."""
    if sys.dont_write_bytecode:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(folder)
        sys.dont_write_bytecode = False


def settle(command):
    """Return in a Python that has the packages; start again in `.venv` where this is another."""
    if own_environment(os.environ):
        return
    keep_bytecode(ROOT / ".venv" / "bytecode")
    lock = DEVELOPING if command in DEVELOPERS_COMMANDS else RUNNING
    house = Environment(ROOT)
    at_home = Path(sys.prefix).resolve() == house.folder
    if at_home and house.has(lock):
        return
    with alone(ROOT) as claim:
        if not house.has(lock):
            print("Installing what the house needs; this happens once.", file=sys.stderr)
            house.install(lock, claim)
    os.execv(str(house.python), [str(house.python), str(ROOT / "manage.py"), *sys.argv[1:]])


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        settle(command)
    except Unable as unable:
        sys.exit(str(unable))
    except KeyboardInterrupt:
        sys.exit(130)
    if command in WITHOUT_DJANGO:
        sys.exit(importlib.import_module(WITHOUT_DJANGO[command]).main(sys.argv[2:]))
    from community.house import standing

    standing.join(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
