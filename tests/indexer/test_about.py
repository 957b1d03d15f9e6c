"""What pictures say of themselves, written into real files and read back from the catalog."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image

from indexer.about import about
from store import About

IFD, BASE, GPS = ExifTags.IFD, ExifTags.Base, ExifTags.GPS


def jpeg(exif: Image.Exif | bytes = b"", **options: Any) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=exif, **options)
    return buffer.getvalue()


def shot(**inner: object) -> Image.Exif:
    exif = Image.Exif()
    exif[BASE.Make], exif[BASE.Model] = "Canon", "Canon EOS 5D"
    exif.get_ifd(IFD.Exif)[BASE.DateTimeOriginal] = "2019:07:14 18:30:05"
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "S",
            GPS.GPSLatitude: (33.0, 51.0, 36.0),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (151.0, 12.0, 0.0),
        }
        | inner.get("gps", {})  # type: ignore[operator]
    )
    return exif


def iptc(caption: bytes, *keywords: bytes) -> bytes:
    """A JPEG with an APP13 segment as Photoshop writes it: IIM records in the resource 0x0404."""
    records = [(120, caption), *((25, word) for word in keywords)]
    iim = b"".join(
        b"\x1c\x02" + bytes([number]) + len(value).to_bytes(2, "big") + value
        for number, value in records
    )
    iim += b"\0" * (len(iim) % 2)
    resource = b"8BIM\x04\x04\0\0" + len(iim).to_bytes(4, "big") + iim
    segment = b"Photoshop 3.0\0" + resource
    plain = jpeg()
    return plain[:2] + b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment + plain[2:]


XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Nets drying</rdf:li></rdf:Alt>
</dc:description>
<dc:subject><rdf:Bag><rdf:li>harbour</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_time_camera_and_place_come_from_exif() -> None:
    found = about(jpeg(shot()))
    assert found.taken_at == datetime(2019, 7, 14, 18, 30, 5)
    assert found.camera == "Canon EOS 5D"
    assert found.latitude == pytest.approx(-33.86)
    assert found.longitude == pytest.approx(151.2)


def test_make_and_model_are_joined_where_the_model_does_not_name_the_make() -> None:
    exif = Image.Exif()
    exif[BASE.Make], exif[BASE.Model] = "Apple\0", " iPhone 12 "
    assert about(jpeg(exif)).camera == "Apple iPhone 12"


def test_captions_and_keywords_come_from_exif_with_umlauts() -> None:
    exif = Image.Exif()
    exif[BASE.ImageDescription] = "Zwei Hunde am Strand von Büsum".encode()
    exif[BASE.XPKeywords] = "dog;beach\0".encode("utf-16-le")
    found = about(jpeg(exif))
    assert found.captions == ("Zwei Hunde am Strand von Büsum",)
    assert found.tags == ("dog", "beach")


def test_captions_and_keywords_come_from_iptc() -> None:
    found = about(iptc("Fischmarkt, früh".encode(), b"market", b"fish"))
    assert (found.captions, found.tags) == (("Fischmarkt, früh",), ("market", "fish"))


def test_captions_and_keywords_come_from_xmp() -> None:
    found = about(jpeg(xmp=XMP.encode()))
    assert (found.captions, found.tags) == (("Nets drying",), ("harbour", "boats"))


def test_a_picture_without_metadata_says_nothing() -> None:
    assert about(jpeg()) == About()


def broken(change: Callable[[Image.Exif], object]) -> bytes:
    exif = Image.Exif()
    change(exif)
    return jpeg(exif)


@pytest.mark.parametrize(
    "data",
    [
        broken(lambda exif: exif.get_ifd(IFD.Exif).update({BASE.DateTimeOriginal: "0000:00:00"})),
        broken(lambda exif: exif.get_ifd(IFD.Exif).update({BASE.DateTimeOriginal: "\xff" * 500})),
        broken(lambda exif: exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitude: (900.0, 0.0, 0.0)})),
        broken(lambda exif: exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "here"})),
        b"",
        jpeg(xmp=b"<x:xmpmeta><not closed"),
        jpeg(b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xee" * 40),
        iptc(b"")[:40],
    ],
    ids=["no date", "long date", "far north", "half a place", "nothing", "xmp", "endless", "half"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # as `encoders` does itself
def test_metadata_that_make_no_sense_are_left_out(data: bytes) -> None:
    assert about(data) == About()


def test_a_receiver_without_a_fix_gives_no_place() -> None:
    nowhere = {GPS.GPSLatitude: (0.0, 0.0, 0.0), GPS.GPSLongitude: (0.0, 0.0, 0.0)}
    found = about(jpeg(shot(gps=nowhere)))
    assert (found.latitude, found.longitude) == (None, None)
    assert found.camera == "Canon EOS 5D"
