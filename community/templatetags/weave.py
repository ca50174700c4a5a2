"""The house's own template tags; every template has them without loading.

They draw and they word. Who may see what is never decided here.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.core.cache import cache
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy

from community import drawings

register = template.Library()

THEME_COOKIE = "reweave-theme"
THEMES = ("light", "dark")


# Marks and swatches ----------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """A mark from the sprite, for the eye only: a word always stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        static("reweave/icons.svg"),
        name,
    )


@lru_cache(maxsize=drawings.SWATCHES)
def swatch_classes(number: int) -> str:
    """The classes of swatch 0 to 287: one of eight weaves, six dyes and six grounds."""
    weave, dye, ground = _threads(number)
    return f"swatch w-{weave} a-{dye} b-{ground}"


def _threads(number: int) -> tuple[str, str, str]:
    rest, weave = divmod(number % drawings.SWATCHES, len(drawings.WEAVES))
    turn, dye = divmod(rest, len(drawings.DYES))
    # Each dye first stands on its own ground, so that 0 to 47 are the calmest.
    ground = (dye + turn) % len(drawings.DYES)
    return drawings.WEAVES[weave], drawings.DYES[dye], drawings.DYES[ground]


register.filter("swatch_class", swatch_classes)


@register.filter
def swatch_dye(number: int) -> str:
    """The dye of swatch `number`, so that what stands beside it can be dyed alike."""
    return _threads(number)[1]


@register.simple_tag
def swatch(number: int, size: str = "") -> SafeString:
    """A woven patch in place of a portrait; `size` is "", "small" or "tiny"."""
    classes = f"{swatch_classes(number)} {size}".strip()
    return format_html('<span class="{}" aria-hidden="true"></span>', classes)


# Notices and fields ----------------------------------------------------------
_NOTICE_ICONS = {"plain": "info", "held": "slow", "alert": "warn", "steady": "check"}


@register.simple_block_tag
def notice(
    content: str, tone: str = "plain", icon: str = "", role: str = "", title: str = ""
) -> SafeString:
    """{% notice tone="held" title="Waiting." %}…{% endnotice %}: plain, held, alert or steady.

    Give it `role="status"` (or "alert") when it answers something the person just did.
    """
    context = {
        "content": content,
        "tone": "" if tone == "plain" else tone,
        "icon": icon or _NOTICE_ICONS[tone],
        "role": role,
        "title": title,
    }
    return render_to_string("components/notice.html", context)


@register.simple_tag
def field(bound: BoundField, label: str = "") -> SafeString:
    """A form's field with its label, hint and error, each tied to the control."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or "text"
    if kind == "select" and not bound.use_fieldset:
        kind = "text"  # a list to choose from is set like any other single control
    if kind not in {"hidden", "checkbox", "radio"}:
        classes = [name for name in widget.attrs.get("class", "").split() if name != "input"]
        widget.attrs["class"] = " ".join([*classes, "input"])
    context = {"field": bound, "label": label or bound.label, "kind": kind}
    return render_to_string("components/field.html", context)


@register.simple_tag
def error_summary(form: BaseForm) -> SafeString:
    """What still needs the person, how much of it, and a way to each; nothing if all is well."""
    if not form.errors:
        return mark_safe("")
    return render_to_string("components/error_summary.html", {"form": form})


@register.simple_tag
def places(capacity: int, taken: int, dye: str = "") -> SafeString:
    """How many places a circle has left: one mark each, and the same in words."""
    taken = min(max(taken, 0), capacity)
    context = {
        "capacity": capacity,
        "left": capacity - taken,
        "taken_marks": range(taken),
        "open_marks": range(capacity - taken),
        "dye": dye,
    }
    return render_to_string("components/places.html", context)


# Drawings --------------------------------------------------------------------
@register.simple_tag
def cloth(pattern: str = "", seed: int = 4) -> SafeString:
    """{% cloth %} is the house's own; {% cloth "raw:4 woad:14:twill" %} weaves another."""
    if not pattern:
        return drawings.cloth(seed=seed)
    stripes = []
    for stripe in pattern.split():
        yarn, picks, *weave = stripe.split(":")
        stripes.append(drawings.Stripe(yarn, int(picks), *weave))
    return drawings.cloth(tuple(stripes), seed)


@register.simple_tag
def band(dye: str, weeks: Any, total: int = 10) -> SafeString:
    """One realm's band; `weeks` holds 0 to 5 picks for each week so far."""
    return drawings.band(dye, tuple(weeks), total)


@register.simple_tag
def ring(seats: Any, holding: int | None = None) -> SafeString:
    """The ring of a live session; `seats` yields (name, dye, mine)."""
    return drawings.ring([drawings.Seat(*seat) for seat in seats], holding)


@register.simple_tag
def shed() -> SafeString:
    """The breathing shed of the grounding phase."""
    return drawings.shed()


@register.simple_tag
def scene(name: str) -> SafeString:
    """The picture of an empty or a broken page."""
    return drawings.scene(name)


@register.simple_tag
def seed(stage: str) -> SafeString:
    """A seed at its stage: planted, sprouting, growing, flowering, fruiting, let-go."""
    return render_to_string(f"components/seeds/{stage}.svg")


# The frame -------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    """` data-theme="dark"` where the reader chose one; nothing where the device decides."""
    chosen = chosen_theme(context.get("request"))
    return format_html(' data-theme="{}"', chosen) if chosen else mark_safe("")


@register.simple_tag(takes_context=True)
def zone_attribute(context: template.Context) -> SafeString:
    """` data-zone="Europe/London"` where the reader's account names one; else their device does."""
    request = context.get("request")
    # A visitor has none, and to ask who they are would start a session for nothing.
    session = getattr(request, "session", None)
    person = getattr(request, "user", None) if session and session.session_key else None
    zone = person.time_zone if person and person.is_authenticated else ""
    return format_html(' data-zone="{}"', zone) if zone else mark_safe("")


@register.simple_tag
def own_language(page: Any) -> SafeString:
    """` lang="en"` where what editors wrote is in another language than the page round it."""
    # There are few, and they hardly ever change.
    key = f"community.locale.{page.locale_id}"
    code = cache.get_or_set(key, lambda: page.locale.language_code, 60)
    return written_in(str(code))


@register.simple_tag
def written_in(language: str) -> SafeString:
    """The same for any words; those without a language are in that of the page."""
    if language in {"", get_language()}:
        return mark_safe("")
    return format_html(' lang="{}"', language)


def chosen_theme(request: Any) -> str:
    """ "light" or "dark" as the reader chose it; empty where the device decides."""
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request else ""
    return chosen if chosen in THEMES else ""


@register.inclusion_tag("components/theme.html", takes_context=True)
def theme_switch(context: template.Context) -> Mapping[str, Any]:
    """Three buttons: light, dark, as the device. Absent where there is no request or address."""
    request = context.get("request")
    try:
        action = reverse("theme")
    except NoReverseMatch:
        action = ""
    return {
        "action": action if request else "",
        "chosen": chosen_theme(request),
        "back": request.get_full_path() if request else "/",
        "choices": [
            ("light", gettext("Light")),
            ("dark", gettext("Dark")),
            ("", gettext("As my device")),
        ],
    }


# Name of the address, its mark, and its word, in the order of the phone's foot bar.
MEMBER_PLACES = (
    ("places", "circle", gettext_lazy("Circles")),
    ("journal", "journal", gettext_lazy("Journal")),
    ("garden", "leaf", gettext_lazy("Garden")),
    ("offerings", "bowl", gettext_lazy("Offerings")),
)


@register.simple_tag(takes_context=True)
def member_places(context: template.Context) -> list[dict[str, Any]]:
    """The member's places that this house has; `here` marks the one being looked at."""
    request = context.get("request")
    path = request.path if request else ""
    found = []
    for name, mark, word in MEMBER_PLACES:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue  # this house does not have that place
        here = path.startswith(url) or (name == "places" and path.startswith("/circles/"))
        found.append({"url": url, "icon": mark, "label": word, "here": here})
    return found
