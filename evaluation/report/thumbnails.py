"""The pictures of a page: small, inlined, each once, as a rule of the style sheet."""

import base64
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from markupsafe import Markup

from encoders import PictureError, open_picture

SIDE = 120  # pixels, the longer side
QUALITY = 60


class Thumbnails:
    """Shows pictures by name, and remembers which ones the style sheet has to bring."""

    def __init__(self, pictures: Mapping[str, Path]) -> None:
        self._pictures = pictures
        self._shown: dict[str, int] = {}

    def show(self, name: str, kind: str = "") -> Markup:
        """An element that shows the picture; its name is read to who cannot see it."""
        number = self._shown.setdefault(name, len(self._shown))
        return Markup(
            '<span class="thumb t{} {}" role="img" aria-label="{}" title="{}"></span>'
        ).format(number, kind, name, name)

    def style(self) -> str:
        """A rule for each picture that was shown and can be opened."""
        rules = ((number, self._inlined(name)) for name, number in self._shown.items())
        return "\n".join(
            f".t{number}{{background-image:url({data})}}" for number, data in rules if data
        )

    def _inlined(self, name: str) -> str | None:
        file = self._pictures.get(name)
        if file is None:
            return None
        try:
            image = open_picture(file.read_bytes(), at_least=SIDE).image.copy()
        except (PictureError, OSError):
            return None
        image.thumbnail((SIDE, SIDE))
        buffer = BytesIO()
        image.save(buffer, "WEBP", quality=QUALITY)
        return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
