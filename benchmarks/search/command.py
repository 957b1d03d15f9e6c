"""How long `mindseye search` takes from its start to its end, with a running server and without.

    python -m benchmarks.search.command --collection DIR "a whale"

A real server and the real command, in turns; median and spread (fastest to slowest).
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from mindseye.running import server_of
from mindseye.settings import default_collection

SECONDS = 120  # that a server may take to start
MINDSEYE = (sys.executable, "-m", "mindseye")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("query", nargs="?", default="a whale")
    parser.add_argument("--collection", type=Path, default=default_collection())
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    place = ("--collection", str(options.collection))
    search = (*MINDSEYE, "search", options.query, *place)
    serve = (*MINDSEYE, "serve", "--port", str(options.port), *place)
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(options.collection)
            first = timed(search)
            pairs = [
                (timed(search), timed((*search, "--no-server"))) for _ in range(options.repeats)
            ]
        finally:
            server.terminate()
    served, alone = ([pair[side] for pair in pairs] for side in (0, 1))
    print(f"the first through the server: {first * 1000:.0f} ms")
    print(f"through the server:           {summary(served)}")
    print(f"without:                      {summary(alone)}")


def wait_for(collection: Path) -> None:
    """Until the server of the collection answers."""
    deadline = time.monotonic() + SECONDS
    while server_of(collection) is None:
        if time.monotonic() > deadline:
            sys.exit(f"no server came up for {collection} in {SECONDS} s")
        time.sleep(0.1)


def timed(command: tuple[str, ...]) -> float:
    """Seconds from the start of a process to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def summary(seconds: list[float]) -> str:
    figures = (statistics.median(seconds), min(seconds), max(seconds))
    return "{:.0f} ms ({:.0f}-{:.0f})".format(*(1000 * one for one in figures))


if __name__ == "__main__":
    main()
