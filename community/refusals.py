"""What the house says when it can't do what was asked, and how nothing written is lost by it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

# How the name of a form's field begins that says whose it is.
OF = "of-"
# Fields that carry no words of the person's, or that must not be shown again.
_NOT_WORDS = {"csrfmiddlewaretoken", "next", "code", "credential", "token", "password", "login"}


@dataclass(frozen=True, slots=True)
class Written:
    """A field as it was sent; `is_words` where a person wrote it, and not a machine."""

    name: str
    value: str

    @property
    def is_words(self) -> bool:
        return not self.value.isascii() or any(sign.isspace() for sign in self.value)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request, the database or anything else that may just have failed."""
    context = {"reference": getattr(request, "id", "")}
    return HttpResponse(render_to_string("500.html", context), status=500)


def bad_request(request: HttpRequest | None, exception: Exception | None = None) -> HttpResponse:
    said = {
        "title": _("We couldn’t read that"),
        "words": _(
            "What arrived here was damaged, or longer than we take. Go back one step: "
            "what you wrote should still be there."
        ),
    }
    return _plainly(said, status=400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = {
        "title": _("That’s not open to you"),
        "words": _("You’re signed in, and this part of the house is for others."),
    }
    return _plainly(said, status=403)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = {
        "title": _("A few minutes’ rest, please"),
        "words": _("That was asked many times in a row. Wait a little, and then try once more."),
    }
    return _plainly(said, status=429)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: the page was open for long, or it is not our page.

    What was written in it is shown again, and can be sent again where it came from here; but where
    someone else has signed in since, it is not theirs, and stays on the page that it came from.
    """
    is_anothers = _is_anothers(request)
    written = [] if is_anothers else _written(request)
    context = {
        "words": [field for field in written if field.is_words],
        "rest": [field for field in written if not field.is_words],
        # Another site may have had this form sent; then the person is not offered to repeat it.
        "may_resend": _is_from_here(request) and not is_anothers,
        "is_anothers": is_anothers,
    }
    return render(request, "403_form.html", context, status=403)


def signed_out(request: HttpRequest) -> HttpResponse:
    """A form of someone whose session has ended: shown again, to be sent once they are back."""
    written = _written(request)
    context = {
        "words": [field for field in written if field.is_words],
        "rest": [field for field in written if not field.is_words],
    }
    response = render(request, "community/signed_out.html", context, status=401)
    response.headers["Cache-Control"] = "no-store"
    return response


def _written(request: HttpRequest) -> list[Written]:
    try:
        posted = request.POST
    except (MultiPartParserError, RawPostDataException, SuspiciousOperation):
        return []
    return [
        Written(name, value)
        for name, values in posted.lists()
        if name not in _NOT_WORDS
        for value in values
    ]


def _is_anothers(request: HttpRequest) -> bool:
    """Whether a form says that it is somebody else's (see `community.templatetags.forms`)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    whose = {field.name for field in _written(request) if field.name.startswith(OF)}
    return bool(whose) and f"{OF}{user.public_id}" not in whose


def _is_from_here(request: HttpRequest) -> bool:
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        return urlsplit(said).netloc == request.get_host()
    except ValueError:
        return False


def _plainly(said: dict[str, str], *, status: int) -> HttpResponse:
    """Without asking who it is: the request itself may be what is wrong."""
    return HttpResponse(render_to_string("community/refused.html", said), status=status)
