"""Times, days and numbers as the house tells them; every template has them without loading.

Dates are told by patterns in Django's letters, which each language puts in its own order.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, ngettext

register = template.Library()


@register.filter
def zone_name(zone: Any) -> str:
    """A zone as people say it: "Europe/London" is London, "America/New_York" New York."""
    key = str(zone or settings.TIME_ZONE)
    return key.rsplit("/", 1)[-1].replace("_", " ")


@register.filter
def told_zone(zone: Any) -> SafeString:
    """The same, where the page's script tells times anew by the reader's clock and names that."""
    return format_html("<span data-zone-name>{}</span>", zone_name(zone))


@register.filter
def moment(when: dt.datetime | None, zone: str = "") -> SafeString:
    """A date, a time and the zone it is told in: the viewer's, or the one given. The viewer's is
    told anew by the page's script, which knows where they are."""
    if when is None:
        return mark_safe("")
    told_in = ZoneInfo(zone) if zone else timezone.get_current_timezone()
    local = timezone.localtime(when, told_in)
    this_year = local.year == timezone.localtime(timezone=told_in).year
    pattern = gettext("l j F, H:i") if this_year else gettext("j F Y, H:i")
    return format_html(
        '<time datetime="{}"{}>{} {}</time>',
        local.isoformat(timespec="minutes"),
        "" if zone else mark_safe(' data-as="moment"'),
        date_format(local, pattern),
        zone_name(told_in),
    )


_MEETING_DAYS = (
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
)


@register.simple_tag
def meets(weekday: int, at: dt.time, zone: str) -> str:
    """When a circle meets, every week: "Thursdays, 19:00 London". Monday is 0."""
    said = {"days": _MEETING_DAYS[weekday], "at": f"{at:%H:%M}", "zone": zone_name(zone)}
    return gettext("%(days)s, %(at)s %(zone)s") % said


@register.simple_tag
def runs(starts_on: dt.date, weeks: int) -> str:
    """From when and for how long: "from 8 January, ten weeks"."""
    near = abs(starts_on - timezone.localdate()) < dt.timedelta(days=240)
    pattern = gettext("j F") if near else gettext("j F Y")
    length = ngettext("%(count)s week", "%(count)s weeks", weeks) % {"count": in_words(weeks)}
    start = date_format(starts_on, pattern)
    return gettext("from %(day)s, %(length)s") % {"day": start, "length": length}


@register.filter
def in_words(number: int) -> str:
    """Small numbers as people write them; larger ones in figures."""
    words = (
        gettext_lazy("one"),
        gettext_lazy("two"),
        gettext_lazy("three"),
        gettext_lazy("four"),
        gettext_lazy("five"),
        gettext_lazy("six"),
        gettext_lazy("seven"),
        gettext_lazy("eight"),
        gettext_lazy("nine"),
        gettext_lazy("ten"),
        gettext_lazy("eleven"),
        gettext_lazy("twelve"),
    )
    return str(words[number - 1]) if 1 <= number <= len(words) else str(number)


@register.filter
def clock(when: dt.datetime | dt.time | None) -> SafeString:
    """Hours and minutes in the viewer's zone, as beside a message; the zone is told elsewhere."""
    if when is None:
        return mark_safe("")
    if isinstance(when, dt.datetime):
        when = timezone.localtime(when)
        return format_html(
            '<time datetime="{}" data-as="clock">{}</time>',
            when.isoformat(timespec="minutes"),
            date_format(when, "H:i"),
        )
    return format_html("<time>{}</time>", when.strftime("%H:%M"))


@register.filter
def hour_named(when: dt.datetime) -> str:
    """Hours and minutes with the zone they are told in, where no markup may stand."""
    zone = zone_name(timezone.get_current_timezone())
    return f"{date_format(timezone.localtime(when), 'H:i')} {zone}"


@register.filter
def day(when: dt.datetime | dt.date | None) -> SafeString:
    """A day in full, in the viewer's zone: "Thursday 8 January", with the year if not this one."""
    if when is None:
        return mark_safe("")
    if isinstance(when, dt.datetime):
        date, stands_for = timezone.localtime(when).date(), when.isoformat(timespec="minutes")
        told_anew = mark_safe(' data-as="day"')
    else:
        date, stands_for, told_anew = when, when.isoformat(), mark_safe("")
    this_year = date.year == timezone.localdate().year
    pattern = gettext("l j F") if this_year else gettext("l j F Y")
    return format_html(
        '<time datetime="{}"{}>{}</time>', stands_for, told_anew, date_format(date, pattern)
    )
