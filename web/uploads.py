"""Pictures that people search with, kept small so that a search by picture has an address.

They lie in the collection's directory, where every worker finds them; the oldest go first, and
deleting all of them costs nothing but the addresses.
"""

import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from PIL import Image

from encoders import open_picture
from search import UnopenedPictureError

SIDE = 768  # pixels, the longer one; more than any encoder looks at
KEPT = 200
NAME = re.compile(r"upload-[0-9a-f]{16}")


class Uploads:
    """JPEGs under names that are made from their content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, image: Image.Image) -> str:
        """Keep a picture; its name, by which a query can mean it: ``image:NAME``."""
        small = image.copy()
        small.thumbnail((SIDE, SIDE))
        buffer = BytesIO()
        small.save(buffer, "JPEG", quality=92)
        name = f"upload-{sha256(buffer.getvalue()).hexdigest()[:16]}"
        self._folder.mkdir(exist_ok=True)
        file = self._folder / f"{name}.jpg"
        # A name of its own: the same picture may come twice at once, to threads or to workers.
        scratch = self._folder / f"{name}.{uuid4().hex}.new"
        scratch.write_bytes(buffer.getvalue())
        scratch.replace(file)
        self._forget_old()
        return name

    def jpeg(self, name: str) -> bytes:
        """The picture of that name.

        Raises:
            UnopenedPictureError: it is no name of an upload, or the upload is no longer kept.
        """
        if not NAME.fullmatch(name):
            raise UnopenedPictureError(
                f"image:{name} names a file, which only the command line opens; upload the picture",
                name,
            )
        try:
            return (self._folder / f"{name}.jpg").read_bytes()
        except FileNotFoundError:
            raise UnopenedPictureError(f"{name} is no longer kept; upload it again", name) from None

    def image(self, name: str) -> Image.Image:
        """The same, opened."""
        return open_picture(self.jpeg(name)).image

    def _forget_old(self) -> None:
        files = sorted(self._folder.glob("upload-*.jpg"), key=_changed)
        for file in files[:-KEPT]:
            file.unlink(missing_ok=True)


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another upload has forgotten it
        return 0.0
