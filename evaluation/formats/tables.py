"""Tables of captions: CSV, TSV, the text files of Flickr8k and Flickr30k, and Parquet."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evaluation.errors import DatasetError
from evaluation.formats.folder import Captions, Folder

NAMES = ("captions.csv", "captions.tsv", "captions.txt", "captions.parquet", "results.csv")
TOKENS = "*.token*"  # Flickr8k.token.txt, results_20130124.token
IMAGE = ("image", "image_name", "file_name", "filename", "filepath")
CAPTION = ("caption", "comment", "text", "title", "sentence")
COLUMNS = "a table of captions begins with the columns image,caption"
TOKEN = re.compile(r"(?P<image>[^\t]+)#\d+\t(?P<caption>.*)")

Pair = tuple[str, Any]


def candidates(folder: Folder) -> list[Path]:
    """The tables at the top of a folder that are named like captions."""
    stems = {Path(name).stem for name in folder.pictures if "/" not in name}
    named = [folder.place / name for name in NAMES if Path(name).stem not in stems]
    tokens = sorted(folder.place.glob(TOKENS))
    return [file for file in (*named, *tokens) if file.is_file()]


def read(file: Path) -> Captions:
    """Names and captions from a table with a header, or from lines ``name#number<tab>caption``.

    A row without a caption counts for nothing; a picture may have many rows.

    Raises:
        DatasetError: it lacks the columns, or it is Parquet and pyarrow is not installed.
    """
    rows = _parquet(file) if file.suffix == ".parquet" else _text(file)
    captions: dict[str, list[str]] = defaultdict(list)
    for image, given in rows:
        texts = given if isinstance(given, list) else [given]
        captions[image] += [text for text in (str(one or "").strip() for one in texts) if text]
    return Captions(file.name, {name: lines for name, lines in captions.items() if lines})


def _text(file: Path) -> Iterator[Pair]:
    # Spreadsheets begin UTF-8 with a byte order mark; "utf-8-sig" reads it with and without.
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        first = stream.readline()
        stream.seek(0)
        if TOKEN.match(first):
            yield from _tokens(stream)
            return
        delimiter = next((one for one in "\t|" if one in first), ",")
        rows = csv.DictReader(stream, delimiter=delimiter, skipinitialspace=delimiter != ",")
        header = [name.strip() for name in rows.fieldnames or ()]
        rows.fieldnames = header
        image, caption = _columns(file, header)
        for row in rows:
            # Text that was never quoted goes on where a comma seemed to end it.
            surplus = row.get(None) if caption == header[-1] else None
            yield row[image], delimiter.join([row[caption] or "", *(surplus or ())])


def _tokens(lines: Iterable[str]) -> Iterator[Pair]:
    for line in lines:
        found = TOKEN.match(line)
        if found:
            yield found["image"], found["caption"]


def _parquet(file: Path) -> Iterator[Pair]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DatasetError(
            f"{file.name} is Parquet, which needs pyarrow: pip install 'mindseye[parquet]'"
        ) from error
    try:
        table = parquet.ParquetFile(file)
        image, caption = _columns(file, table.schema_arrow.names)
        for batch in table.iter_batches(columns=[image, caption]):
            yield from zip(batch[image].to_pylist(), batch[caption].to_pylist(), strict=True)
    except ArrowException as error:
        raise DatasetError(f"{file} cannot be read as Parquet: {error}") from error


def _columns(file: Path, header: list[str]) -> tuple[str, str]:
    image = next((name for name in IMAGE if name in header), None)
    caption = next((name for name in CAPTION if name in header), None)
    if not any(header):
        raise DatasetError(f"{file} is empty, or its first line is; {COLUMNS}")
    if image is None or caption is None:
        raise DatasetError(
            f"{file} is no table of captions: its first line lacks the columns image,caption "
            f"and has {', '.join(header)[:80]}"
        )
    return image, caption
