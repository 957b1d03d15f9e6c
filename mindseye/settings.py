"""Options that several commands share, and where things are kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import platformdirs

Command = TypeVar("Command", bound=Callable[..., Any])

HERE = "127.0.0.1"
PORT = 8000


def default_collection() -> Path:
    """The collection that every command means unless told otherwise."""
    return Path(platformdirs.user_data_dir("mindseye", False)) / "collection"


def default_runs() -> Path:
    """The folder that keeps every run of `mindseye evaluate` unless told otherwise."""
    return Path(platformdirs.user_data_dir("mindseye", False)) / "evaluations"


class Bytes(click.ParamType[int]):
    """A number of bytes with its unit, as 500MB or 1.5GiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of bytes."""
        from pydantic import ByteSize, TypeAdapter, ValidationError

        try:
            return int(TypeAdapter(ByteSize).validate_python(value))
        except ValidationError:
            self.fail(f"{value!r} is no size; write 500MB or 2GB", param, ctx)


class Directory(click.Path):
    """A directory, which need not be there yet."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        if "://" in str(value):
            self.fail(
                f"{value} is no directory; what has an address is named once, when indexing: "
                "--catalog for the catalog, --vectors for the index",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


def _directory(
    option: str, name: str, default: Callable[[], Path], variable: str, says: str
) -> Callable[[Command], Command]:
    return click.option(
        option,
        name,
        type=Directory(path_type=Path, file_okay=False),
        default=default,
        envvar=variable,
        show_default="the user's data directory",
        show_envvar=True,
        help=says,
    )


collection_option = _directory(
    "--collection",
    "folder",
    default_collection,
    "MINDSEYE_COLLECTION",
    "The directory that holds the collection.",
)
runs_option = _directory(
    "--runs",
    "runs",
    default_runs,
    "MINDSEYE_RUNS",
    "The folder that keeps every run of an evaluation as JSON.",
)
