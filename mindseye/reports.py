"""Where commands write what they found, beside what they print."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_ENCODED: dict[str, Any] = {"encoding": "utf-8", "errors": "backslashreplace"}


def report_option(told: str) -> Callable[..., Any]:
    """``--report FILE``, refused before the work begins where the file could not be made."""
    kind = click.Path(path_type=Path, dir_okay=False, writable=True)
    return click.option("--report", type=kind, callback=_in_a_folder, help=told)


def write(report: Path, text: str) -> None:
    """Write a report so that its reader sees the one before or all of this one, never a part.

    A name that is not valid UTF-8 becomes a \\udc… escape, which JSON allows. What is there and no
    plain file, as /dev/stdout, is written to as it is: nothing can take its place.
    """
    if report.exists() and not report.is_file():
        report.write_text(text, **_ENCODED)
        return
    whole = report.resolve()
    scratch = whole.with_name(f".{whole.name}.new")
    try:
        scratch.write_text(text, **_ENCODED)
        scratch.replace(whole)
    finally:
        scratch.unlink(missing_ok=True)


def _in_a_folder(_: click.Context, __: click.Parameter, report: Path | None) -> Path | None:
    if report and not report.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {report.parent}; make it first")
    return report
