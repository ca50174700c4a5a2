"""How the room's page says numbers of people and times of sessions."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from community.templatetags.times import zone_name

_EVENING = 17


def in_words(count: int) -> str:
    """A number of people as one would say it, up to twelve; a figure beyond."""
    words = [_("one"), _("two"), _("three"), _("four"), _("five"), _("six")]
    words += [_("seven"), _("eight"), _("nine"), _("ten"), _("eleven"), _("twelve")]
    return words[count - 1] if 1 <= count <= len(words) else str(count)


def session_in_words(begins: datetime.datetime, ends: datetime.datetime) -> tuple[str, str]:
    """When it is, in the viewer's zone: briefly ("Live tonight, 19:00 London.") and from when to
    when. Both name the zone; the room's script says them by the reader's own clock."""
    start, end = timezone.localtime(begins), timezone.localtime(ends)
    zone = zone_name(timezone.get_current_timezone())
    at, until = time_format(start, "H:i"), time_format(end, "H:i")
    if start.date() != timezone.localdate():
        on = date_format(start, _("l j F"))
        soon = start.date() - timezone.localdate() < datetime.timedelta(days=7)
        briefly = date_format(start, "l" if soon else _("j F"))
        return (
            _("Live on %(on)s, %(at)s %(zone)s.") % {"on": briefly, "at": at, "zone": zone},
            _("%(on)s, %(at)s to %(until)s %(zone)s")
            % {"on": on, "at": at, "until": until, "zone": zone},
        )
    if start.hour >= _EVENING:
        return (
            _("Live tonight, %(at)s %(zone)s.") % {"at": at, "zone": zone},
            _("Tonight, %(at)s to %(until)s %(zone)s") % {"at": at, "until": until, "zone": zone},
        )
    return (
        _("Live today, %(at)s %(zone)s.") % {"at": at, "zone": zone},
        _("Today, %(at)s to %(until)s %(zone)s") % {"at": at, "until": until, "zone": zone},
    )
