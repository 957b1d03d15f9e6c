"""Which part to measure, and with how much."""

import argparse
import tempfile
from pathlib import Path

import benchmarks.cluster
from benchmarks.cluster.on_milvus import on_milvus
from benchmarks.cluster.on_ray import on_ray
from benchmarks.cluster.sizes import sizes
from store.index.kinds import ONE_LIST_UP_TO


def main() -> None:
    parser = argparse.ArgumentParser(description=benchmarks.cluster.__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    more = f"more than {ONE_LIST_UP_TO}: fewer are one list, which is always flat"
    part = parts.add_parser("ray", help="indexing with 1 and 2 workers")
    part.add_argument("--pictures", type=int, default=128)
    part.add_argument("--repeats", type=int, default=3)
    part.add_argument("--photos", type=Path, help="a folder of photos  [default: generated ones]")
    part.set_defaults(measure=on_ray, vectors=ONE_LIST_UP_TO + 1)
    part = parts.add_parser("milvus", help="searching, beside the index in a directory")
    part.add_argument("--address", required=True, help="milvus://HOST:PORT/NAME")
    part.add_argument("--vectors", type=int, default=100_000, help=more)
    part.add_argument("--dim", type=int, default=512)
    part.add_argument("--repeats", type=int, default=5)
    part.set_defaults(measure=on_milvus)
    part = parts.add_parser("sizes", help="bytes a picture")
    part.add_argument("--collection", type=Path, required=True)
    part.add_argument("--vectors", type=int, default=50_000, help=more)
    part.add_argument("--dim", type=int, default=512)
    part.set_defaults(measure=sizes)
    given = parser.parse_args()
    if given.vectors <= ONE_LIST_UP_TO:
        parser.error(f"--vectors: {more}")
    with tempfile.TemporaryDirectory() as folder:
        given.measure(Path(folder), given)


if __name__ == "__main__":
    main()
