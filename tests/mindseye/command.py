"""The real command, run as a person would, against the starter encoder."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 120

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background: commands inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Ran(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def mindseye(*words: str | Path, **surroundings: str) -> Ran:
    """Run `mindseye words…` to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "mindseye", *map(str, words)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=SECONDS,
        env=os.environ | surroundings,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def start(*words: str | Path) -> subprocess.Popen[str]:
    """Start `mindseye words…` and let it run."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "mindseye", *map(str, words)]
    return subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload,no-any-return]
