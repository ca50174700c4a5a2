"""A stretch of a room's log as it is handed out: made once, given to each as they may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from chat.models import Event, Message
from chat.reading.company import Company
from chat.reading.entries import Entry
from chat.reading.packet import Packet
from chat.seats import Viewer
from community.language import in_language

# Who sees the same gets the same frame: by role, and where it matters by member, what they are
# spoken to in, or joining.
_Kind = bool | tuple[bool, int, int, frozenset[int], str]


@dataclass(slots=True)
class Happening:
    """One event as everybody would see it, and what single members learn besides."""

    seq: int
    audience: str
    # The one concerned, by membership.
    member: int | None
    # The place of what it is about: from before a member's time, it is not theirs to see.
    place: int
    shown: dict[str, Any]
    entry: Entry | None = None
    # Others that are drawn anew with it.
    also: list[tuple[Message, Entry]] = field(default_factory=list)
    personal: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def concerned(self) -> Iterator[int]:
        """Members who may see it otherwise than their neighbours."""
        yield from self.personal
        if self.member:
            yield self.member
        yield from (m.membership_id for m, _ in self.also if m.membership_id)

    @property
    def entries(self) -> Iterator[Entry]:
        if self.entry is not None:
            yield self.entry
        yield from (entry for _, entry in self.also)

    @property
    def _by(self) -> Iterator[int]:
        """Who wrote what it is about, and who responded: whoever reads nothing of them learns
        nothing of it."""
        if self.entry is not None:
            yield self.entry.author
        if self.member and self.shown["kind"] == Event.Kind.RESPONDED:
            yield self.member

    @property
    def people(self) -> Iterator[int]:
        """Everyone whom it shows something of."""
        yield from self._by
        for entry in self.entries:
            yield from (entry.author, entry.quoted_author, *(by for _, by in entry.given))

    def seen_by(self, viewer: Viewer) -> dict[str, Any] | None:
        """The event as `viewer` may see it; None where they may not."""
        if self.seq <= viewer.from_seq or self.place <= viewer.from_seq:
            return None
        if not viewer.is_facilitator and not self._is_for(viewer):
            return None
        if self.shown["kind"] == Event.Kind.CARE_CARD and self.member != viewer.member:
            return None  # what lies before someone is theirs alone
        if not viewer.hidden.isdisjoint(self._by):
            return None
        seen = self.shown
        answers = [
            {"id": entry.id, "html": entry.html_for(viewer.from_seq, viewer.hidden)}
            for message, entry in self.also
            if _may_see(viewer, message)
        ]
        if answers:
            seen = seen | {"also": answers}
        if self.entry is not None and (self.entry.quoted_seq or viewer.hidden):
            seen = seen | {"html": self.entry.html_for(viewer.from_seq, viewer.hidden)}
        personal = self.personal.get(viewer.member)
        return seen | _worded(personal) if personal else seen

    def _is_for(self, peer: Viewer) -> bool:
        if self.audience == Event.Audience.ONE:
            return self.member == peer.member
        return self.audience == Event.Audience.ALL


class Undrawn:
    """Happenings that are drawn when somebody asks for them; for most messages nobody does."""

    def __init__(self, draw: Callable[[], list[Happening]]) -> None:
        self._draw = draw

    def __iter__(self) -> Iterator[Happening]:
        return iter(self._drawn)

    @cached_property
    def _drawn(self) -> list[Happening]:
        return self._draw()


@dataclass
class Stretch:
    """A stretch of a room's log, after one place up to another."""

    circle: str
    after: int
    upto: int
    head: int
    happenings: Iterable[Happening]
    # The frame for whoever was here before all of it and hides nobody, where it was cast already:
    # then it is for everyone, concerns nobody and shows nothing older.
    cast: Packet | None = None
    _packets: dict[_Kind, Packet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.cast is not None:
            self._packets[False] = self.cast

    def events_for(self, viewer: Viewer) -> list[dict[str, Any]]:
        seen = (happening.seen_by(viewer) for happening in self.happenings)
        return [event for event in seen if event is not None]

    def packet_for(self, viewer: Viewer, language: str = "") -> Packet:
        """The frame a socket is sent: made once for all who see the same. What is said to one
        alone is in their `language`."""
        alike = viewer.from_seq < self._same_since and not viewer.hidden
        kind = False if alike else self._kind_of(viewer, language)
        packet = self._packets.get(kind)
        if packet is None:
            with in_language(language):
                packet = self._packets[kind] = self._packed(viewer)
        return packet

    def packet_for_all(self, company: Company) -> Packet | None:
        """The one frame for everyone in the company; None where they may not all see the same."""
        anybody = next(iter(company.viewers.values()), None)
        if anybody is None or company.hides or company.newest >= self._same_since:
            return None
        return self.packet_for(anybody)

    def _packed(self, viewer: Viewer) -> Packet:
        return Packet.of(
            {
                "is": "events",
                "circle": self.circle,
                "after": self.after,
                "upto": self.upto,
                "events": self.events_for(viewer),
            }
        )

    def _kind_of(self, viewer: Viewer, language: str) -> _Kind:
        apart = viewer.hidden and not viewer.hidden.isdisjoint(self._people)
        if viewer.from_seq < self._oldest and viewer.member not in self._concerned and not apart:
            # Nothing of it is theirs alone, nor from before their time.
            return viewer.is_facilitator and self._is_for_some
        is_concerned = viewer.member in self._concerned
        return (
            viewer.is_facilitator,
            viewer.member if is_concerned else 0,
            viewer.from_seq if viewer.from_seq >= self._oldest else 0,
            viewer.hidden & self._people,
            language if is_concerned else "",
        )

    @cached_property
    def _same_since(self) -> int:
        """Whoever was here before this place, and hides nobody, sees the same; -1 where some see
        what others don't."""
        if self.cast is not None:
            return self.after + 1
        return -1 if self._concerned or self._is_for_some else self._oldest

    @cached_property
    def _concerned(self) -> frozenset[int]:
        return frozenset(
            member
            for happening in self.happenings
            if happening.personal or happening.member or happening.also
            for member in happening.concerned
        )

    @cached_property
    def _people(self) -> frozenset[int]:
        return frozenset(someone for happening in self.happenings for someone in happening.people)

    @cached_property
    def _oldest(self) -> int:
        """The first place of all that it shows something of: who came later sees less."""
        places = [happening.place for happening in self.happenings]
        for happening in self.happenings:
            for entry in happening.entries:
                places.append(entry.seq)
                if entry.quoted_seq:
                    places.append(entry.quoted_seq)
        return min(places, default=0)

    @cached_property
    def _is_for_some(self) -> bool:
        """Whether facilitators see more of it than others."""
        return any(
            happening.audience != Event.Audience.ALL
            or (happening.also and any(message.unshown for message, _ in happening.also))
            for happening in self.happenings
        )


def _worded(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: str(it) if isinstance(it, Promise) else it for name, it in fields.items()}


def _may_see(viewer: Viewer, message: Message) -> bool:
    if message.placed_seq <= viewer.from_seq or message.membership_id in viewer.hidden:
        return False
    return viewer.is_facilitator or not message.unshown or message.membership_id == viewer.member
