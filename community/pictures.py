"""Pictures as editors bring them: read to the end, and without what a camera wrote into them."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from PIL import Image, ImageOps
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

# What Pillow may read at all, whatever a file calls itself.
_FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")
_QUALITY = 92


class PictureField(WagtailImageField):
    """Wagtail's, which takes a damaged picture for a fault of the server."""

    def to_python(self, data: Any) -> Any:
        try:
            file = super().to_python(data)
            if not file:
                return file
            self._check_every_frame(file)
            return without_traces(file)
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
            raise ValidationError(
                self.error_messages["invalid_image"], code="invalid_image"
            ) from None

    def _check_every_frame(self, file: UploadedFile) -> None:
        """A moving picture is drawn frame by frame each time a size of it is made; Wagtail counts
        those of some kinds as one."""
        file.seek(0)
        with Image.open(file, formats=_FORMATS) as picture:
            pixels = picture.width * picture.height * getattr(picture, "n_frames", 1)
        file.seek(0)
        if pixels > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
            most = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
            raise ValidationError(
                self.error_messages["file_too_many_pixels"]
                % {"num_pixels": pixels, "max_pixels_count": most},
                code="file_too_many_pixels",
            )


class PictureForm(BaseImageForm):
    """Also what is asked of a picture that is here already, which has no file any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = self.fields.get("file")
        if theirs is None:
            return
        self.fields["file"] = PictureField(
            label=theirs.label, required=theirs.required, widget=theirs.widget
        )


def without_traces(file: UploadedFile) -> UploadedFile:
    """The picture without place, time, camera or comment, turned as it is meant to be seen.

    One that carries none of these is left as it is. Raises OSError where it can't be read.
    """
    content = file.read()
    file.seek(0)
    with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        picture.load()
        kind, colours = picture.format or "", picture.info.get("icc_profile")
        if not _traces(picture) and not _carries_more(content, kind):
            return file
        moving = getattr(picture, "n_frames", 1) > 1
        clean = picture if moving else ImageOps.exif_transpose(picture)
        for name in _TRACES:
            clean.info.pop(name, None)
        written = io.BytesIO()
        named: dict[str, Any] = {"icc_profile": colours} if colours else {}
        if kind in {"JPEG", "WEBP", "AVIF"}:
            named |= {"quality": _QUALITY, "exif": b"", "xmp": b""}
        clean.save(written, kind, save_all=moving, **named)
    cleaned = SimpleUploadedFile(file.name or "", written.getvalue(), str(file.content_type))
    cleaned.image = file.image  # type: ignore[attr-defined]
    return cleaned


_TRACES = ("exif", "xmp", "comment", "photoshop", "Raw profile type exif", "XML:com.adobe.xmp")


# How a picture ends; a phone may have put a film behind it, or another picture, with a place.
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82", "GIF": b";"}


def _traces(picture: Image.Image) -> bool:
    if picture.getexif() or getattr(picture, "text", None):
        return True
    return any(picture.info.get(name) for name in _TRACES)


def _carries_more(content: bytes, kind: str) -> bool:
    """Whether something stands behind the picture. Now and then its own bytes look like an end:
    then it is written anew for nothing."""
    if kind == "WEBP":
        return len(content) > int.from_bytes(content[4:8], "little") + 8
    end = _ENDS.get(kind, b"")
    return bool(end) and (not content.endswith(end) or (kind == "JPEG" and content.count(end) > 1))
