"""Runs of the real command that end at a chosen instant: killed, or stopped with Ctrl-C.

One process imports everything once, and each run is a fork of it: hundreds of runs take seconds.
They have the encoder ``colours``, and their errors also say which colours they encoded.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from select import select
from typing import Any, NamedTuple, NoReturn

import numpy as np

from encoders import Embeddings, Pixels, unit
from encoders.choose import PREFIXES
from tests.colours import Colours

SECONDS = 60


class Ended(NamedTuple):
    """How a run ended: its exit code, negative for a signal, what it printed, its duration in s."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def encoded(self) -> list[str]:
        """The colours that it encoded, as ``"r,g,b"``."""
        lines = self.err.splitlines()
        return [line.removeprefix("encoded ") for line in lines if line.startswith("encoded ")]


class Forks:
    """The process that forks, seen from outside."""

    def __init__(self, process: subprocess.Popen[str], place: Path) -> None:
        self._process = process
        self._place = place

    def run(
        self,
        *words: str | Path,
        after: float | None = None,
        by: signal.Signals = signal.SIGKILL,
        meanwhile: Callable[[], object] = lambda: time.sleep(0.01),
        typed: bytes = b"",
    ) -> Ended:
        """Run ``mindseye words…``, send it ``by`` ``after`` so many seconds, and wait for its end.

        Its standard input is ``typed``.

        ``meanwhile`` is called over and over while it runs.
        """
        assert self._process.stdin
        assert self._process.stdout
        (self._place / "in").write_bytes(typed)
        task = {"words": [str(word) for word in words], "after": after, "signal": int(by)}
        self._process.stdin.write(json.dumps(task | {"place": str(self._place)}) + "\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + SECONDS
        while not select([self._process.stdout], [], [], 0)[0]:
            assert time.monotonic() < deadline, f"{words} hangs"
            meanwhile()
        code, seconds = json.loads(self._process.stdout.readline())
        out, err = ((self._place / name).read_text() for name in ("out", "err"))
        return Ended(code, out, err, seconds)


@contextmanager
def forking(place: Path) -> Iterator[Forks]:
    """A process that forks; what its runs print goes into files in ``place``."""
    command = [sys.executable, "-m", "tests.mindseye.forks"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield Forks(process, place)
        process.stdin.close()


class Telling(Colours):
    """Colours and darkness; says what it encodes, in batches so small that a run has many instants.

    Darkness because `encoders.check` rightly refuses an encoder for which all greys are one.
    """

    batch_size = 3

    def __init__(self, name: str = "colours:tiny") -> None:
        super().__init__(name)
        self.identity = replace(self.identity, dim=4)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        for pixels in prepared:
            sys.stderr.write(f"encoded {','.join(map(str, pixels[0, 0]))}\n")
        darkness = [[1 - pixels.mean() / 255] for pixels in prepared]
        return unit(np.hstack([super().encode_images(prepared), np.array(darkness, np.float32)]))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        darkness = [[float("dark" in text.split())] for text in texts]
        return unit(np.hstack([super().encode_texts(texts), np.array(darkness, np.float32)]))


def _serve() -> None:
    PREFIXES["colours"] = Telling
    for line in sys.stdin:
        task = json.loads(line)
        started = time.monotonic()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # until the child is itself
        child = os.fork()
        if child == 0:
            _become(task)
        if task["after"] is not None:
            time.sleep(task["after"])
            os.kill(child, task["signal"])
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps([code, time.monotonic() - started]) + "\n")
        sys.stdout.flush()


def _become(task: dict[str, Any]) -> NoReturn:
    from mindseye.cli import main

    place = Path(task["place"])
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.dup2(os.open(place / "in", os.O_RDONLY), 0)
    sys.argv = ["mindseye", *task["words"]]
    code = 70
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        main()
    except SystemExit as error:
        code = int(error.code or 0)
    except KeyboardInterrupt:  # before or after the command: not its business
        code = 130
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a forked interpreter takes half a second to dismantle itself


def _import_everything() -> None:
    import alembic.command
    import alembic.config  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401

    import indexer  # noqa: F401
    import mindseye.cli
    import mindseye.opening  # noqa: F401


if __name__ == "__main__":
    _import_everything()
    _serve()
