"""Pictures that editors put on pages, served by the house itself.

Only what anyone may see: images and their renditions. Documents go through Wagtail, which
asks who may have them.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

_OPEN = ("images", "original_images")
_KINDS = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
# A picture that changes gets another name.
_KEEP_FOR = 30 * 24 * 3600


@require_safe
def picture(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """The picture `name`. Raises Http404 for everything that is no open picture."""
    kind = _KINDS.get(Path(name).suffix.lower())
    if kind is None or folder not in _OPEN or name.startswith(".") or Path(name).name != name:
        raise Http404
    file = Path(settings.MEDIA_ROOT, folder, name)
    try:
        changed_at = file.stat().st_mtime
        if not was_modified_since(request.headers.get("If-Modified-Since"), changed_at):
            return HttpResponseNotModified()
        # Whole, for it is small: uploads end at 10 MB.
        response = HttpResponse(file.read_bytes(), content_type=kind)
    except (OSError, ValueError):
        raise Http404 from None
    response.headers["Last-Modified"] = http_date(changed_at)
    response.headers["Cache-Control"] = f"public, max-age={_KEEP_FOR}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
