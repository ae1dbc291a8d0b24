"""See to what only the system's package manager can bring: a browser, and Python's own modules.

``python tools/provide.py browser`` and ``python tools/provide.py venv`` install what is missing
where that may be done without a question, as root or by sudo without a password. Elsewhere they say
in one sentence what to install, and exit with 1. They need nothing but Python's standard library.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Manager:
    """A package manager: how it installs, and under which names it has what is needed.

    Attributes:
        refresh: the command to run before, where there is one.
        venv: None where Python's own package has these modules.
    """

    install: tuple[str, ...]
    browser: str
    font: str
    refresh: tuple[str, ...] = ()
    venv: str | None = None


_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# apk is not among them: some pinned programs, such as pandoc and Java, have no wheels for musl.
MANAGERS = (
    Manager(
        install=("apt-get", "install", "-y", "-qq", "--no-install-recommends"),
        refresh=("apt-get", "update", "-qq"),
        browser="chromium",
        font="fonts-noto-cjk",
        venv=f"python{_VERSION}-venv",
    ),
    Manager(
        install=("dnf", "install", "-y", "-q"),
        browser="chromium",
        font="google-noto-sans-cjk-fonts",
    ),
    Manager(
        install=("pacman", "-S", "--noconfirm", "--needed"),
        browser="chromium",
        font="noto-fonts-cjk",
    ),
)


def find_browser() -> str | None:
    """The program of a Chromium: the one that the variable CHROMIUM names, or one on the path."""
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (program := shutil.which(name)):
            return program
    return None


def browser() -> str | None:
    """See to Chromium and to a font for the Chinese pages that it shows.

    Returns:
        What is wrong and what to do, in one sentence; None where the tests can begin.
    """
    found = find_browser()
    lacks_font = not _shows_chinese() if shutil.which("fc-list") else not found
    manager = _manager()
    if not found:
        wanted = [manager.browser, *([manager.font] if lacks_font else [])] if manager else []
        if manager and _install(manager, wanted) and find_browser():
            return None
        return (
            f"error: The tests of the pages need Chromium: {_how(manager, wanted)}, "
            "or name its program in the variable CHROMIUM."
        )
    if lacks_font and not (manager and _install(manager, [manager.font])):
        # The tests can do without it, those who look at the pages cannot.
        wanted = [manager.font] if manager else ["Noto Sans CJK"]
        print(f"Chinese pages show boxes without a Chinese font: {_how(manager, wanted)}.")
    return None


def venv() -> str | None:
    """See to the modules that Python makes its environments with.

    Returns:
        What is wrong and what to do, in one sentence; None where they are there.
    """
    if _has_venv():
        return None
    manager = _manager()
    wanted = [manager.venv] if manager and manager.venv else []
    # A new process sees what was installed while this one was running.
    if manager and wanted and _install(manager, wanted) and _has_venv():
        return None
    how = _how(manager, wanted) if wanted else "install them, or a whole Python"
    return f"error: {sys.executable} lacks its modules venv and ensurepip: {how}."


def _has_venv() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _shows_chinese() -> bool:
    run = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(run.stdout.strip())


def _manager() -> Manager | None:
    return next((found for found in MANAGERS if shutil.which(found.install[0])), None)


def _install(manager: Manager, packages: list[str]) -> bool:
    """Install packages where no question would be asked; whether it was done."""
    if os.geteuid() == 0:
        before = []
    elif shutil.which("sudo") and _succeeds(["sudo", "-n", "true"], stderr=subprocess.DEVNULL):
        before = ["sudo", "-n"]
    else:
        return False
    print(f"installing {' '.join(packages)}", flush=True)
    quiet = [*before, "env", "DEBIAN_FRONTEND=noninteractive"]
    if manager.refresh:
        # What is wrong with one source need not keep the others from what is wanted.
        _succeeds([*quiet, *manager.refresh])
    return _succeeds([*quiet, *manager.install, *packages])


def _succeeds(command: list[str], stderr: int | None = None) -> bool:
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, check=False
    )
    return run.returncode == 0


def _how(manager: Manager | None, packages: list[str]) -> str:
    if not manager:
        return f"install {' '.join(packages) or 'it'}"
    steps = [manager.refresh, (*manager.install[:2], *packages)]
    before = "" if os.geteuid() == 0 else "sudo "
    commands = " && ".join(before + shlex.join(step) for step in steps if step)
    return f"install it with `{commands}`"


def main() -> int:
    """Run one of the two and say what it says."""
    tasks = {"browser": browser, "venv": venv}
    if len(sys.argv) != 2 or sys.argv[1] not in tasks:
        print("usage: python tools/provide.py browser|venv", file=sys.stderr)
        return 2
    wrong = tasks[sys.argv[1]]()
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
