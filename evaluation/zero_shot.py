"""Zero-shot classification: pictures to the nearest of a few labels, told in words."""

from collections.abc import Sequence
from pathlib import Path

from encoders import Encoder, encode_files

PROMPT = "a picture of {}"


def accuracy(encoder: Encoder, pictures: Sequence[Path], labels: Sequence[str]) -> float:
    """The share of pictures whose own label is the nearest; ``labels[i]`` belongs to picture i.

    Raises:
        PictureError: none can be opened.
    """
    classes = sorted(set(labels))
    prompts = encoder.encode_texts([PROMPT.format(label) for label in classes])
    encoded = encode_files(pictures, encoder, encoder.encode_images)
    guesses = (encoded.rows @ prompts.T).argmax(1)
    pairs = zip(guesses, encoded.places, strict=True)
    right = sum(classes[guess] == labels[place] for guess, place in pairs)
    return float(right / len(encoded.places))
