"""The house's drawings: cloth, bands, ring, shed, seeds. Plain SVG, drawn on the server.

Colour comes only from classes (`y-woad`, `a-birch`), so that one drawing serves both
themes and a Content-Security-Policy without inline style holds. Every drawing is
decorative: the words beside it carry the meaning, and it is hidden from screen readers.
The same arguments always give the same drawing.
"""

import math
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

DYES = ("woad", "madder", "elder", "weld", "birch", "onion")
WEAVES = ("twill", "check", "plain", "herring", "rib", "basket", "twill-back", "warp")
SWATCHES = len(WEAVES) * len(DYES) * len(DYES)


class Stripe(NamedTuple):
    """Some picks of one yarn in one weave: a stripe across the cloth, top to bottom."""

    yarn: str
    picks: int
    weave: str = "plain"


class Seat(NamedTuple):
    """A place in the ring: the name to show, its dye, and whether it is the reader's."""

    name: str
    dye: str
    mine: bool = False


THE_HOUSE_CLOTH = (
    Stripe("raw", 4),
    Stripe("woad", 14, "twill"),
    Stripe("raw", 3),
    Stripe("weld", 4),
    Stripe("raw", 2),
    Stripe("madder", 13, "herring"),
    Stripe("raw", 2),
    Stripe("onion", 3),
    Stripe("raw", 3),
    Stripe("birch", 12, "basket"),
    Stripe("raw", 2),
    Stripe("elder", 3),
    Stripe("raw", 2),
    Stripe("woad", 7, "twill"),
)

_GAP, _PICK, _WIDTH, _DROP = (
    8,
    5.2,
    512,
    170,
)  # between warps, between picks, and so on, in px
_BUNDLE = 8  # warps that share one loom weight


@lru_cache(maxsize=64)
def cloth(stripes: tuple[Stripe, ...] = THE_HOUSE_CLOTH, seed: int = 4) -> SafeString:
    """Cloth on a warp-weighted loom: woven above, bare warp and weights below.

    The bare thread means "still to come", so nothing is ever drawn as missing.
    """
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    picks = [stripe for stripe in stripes for _ in range(stripe.picks)]
    height = len(picks) * _PICK
    bundles = [
        (
            bundle * _BUNDLE * _GAP + 4 * _GAP,
            height + _DROP * (0.55 + 0.12 * math.sin(bundle * 1.7)),
        )
        for bundle in range(_WIDTH // _GAP // _BUNDLE)
    ]
    parts = [f'<rect class="ground" x="-1" y="0" width="{_WIDTH + 2}" height="{height:.0f}"/>']
    for centre, end in bundles:
        for warp in range(_BUNDLE):
            x = centre - 4 * _GAP + warp * _GAP + _GAP // 2
            knot = f"Q{x} {end + 24:.0f} {centre} {end + 46:.0f}"
            parts.append(f'<path class="warp" fill="none" d="M{x} -9V{end:.0f}{knot}"/>')
    parts.append(f'<path class="beam" d="M-14 -9H{_WIDTH + 14}"/>')
    for row, stripe in enumerate(picks):
        start, end = chance.uniform(-2.5, 1.5), _WIDTH + chance.uniform(-1.5, 2.5)
        over, under, offset = _weave(stripe.weave, row)
        y = _PICK * (row + 0.5)
        parts.append(
            f'<line class="y-{stripe.yarn}" x1="{start:.1f}" x2="{end:.1f}"'
            f' y1="{y:.1f}" y2="{y:.1f}"'
            f' stroke-dasharray="{over} {under}" stroke-dashoffset="{offset}"/>'
        )
    parts += [
        f'<circle cx="{centre}" cy="{end + 57:.0f}" r="10" fill="none" class="warp weight"/>'
        for centre, end in bundles
    ]
    parts.append(
        f'<path class="loose y-{stripes[-1].yarn}"'
        f' d="M{_WIDTH} {height - _PICK / 2:.0f}c46 6 40 44 4 58s-60 40 -20 74 34 40 12 62"/>'
    )
    box = f"-20 -18 {_WIDTH + 76} {height + _DROP + 50:.0f}"
    return _svg("hang cloth", box, parts)


def _weave(weave: str, row: int) -> tuple[int, int, int]:
    """How long the yarn shows, how long it hides, and how far this pick is shifted."""
    fold = row % 12 if row % 12 < 6 else 12 - row % 12
    length, shift = {
        "plain": (_GAP, row % 2 * _GAP),
        "twill": (2 * _GAP, row % 4 * _GAP),
        "herring": (2 * _GAP, fold * _GAP),
        "basket": (2 * _GAP, row // 2 % 2 * 2 * _GAP),
    }[weave]
    return length - 1, length + 1, shift


# Which of a week's five picks are dyed, so that few of them still look evenly spread.
_DYED_PICKS: dict[int, tuple[int, ...]] = {
    0: (),
    1: (2,),
    2: (1, 3),
    3: (0, 2, 4),
    4: (0, 1, 3, 4),
    5: (0, 1, 2, 3, 4),
}
_STEADY = 'vector-effect="non-scaling-stroke"'


@lru_cache(maxsize=512)
def band(dye: str, weeks: tuple[int, ...], total: int = 10) -> SafeString:
    """One realm over `total` weeks: `weeks` says how many of five picks were tended in each.

    Dyed where it was tended, undyed where it rested, at the same weight; bare thread
    for what is still to come.
    """
    now, width = len(weeks) * 100, total * 100
    warp = "".join(f'<path {_STEADY} d="M{x} 1V43"/>' for x in range(0, now + 1, 10))
    rested: dict[int, str] = {}
    tended: dict[int, str] = {}
    for week, picks in enumerate(weeks):
        for pick in range(5):
            kind = tended if pick in _DYED_PICKS[min(max(picks, 0), 5)] else rested
            start = week * 100 + (3 if week else 0)
            kind[pick] = kind.get(pick, "") + f"M{start} {6 + pick * 8}H{week * 100 + 97}"
    ahead = "".join(f'<path {_STEADY} d="M{now} {6 + pick * 8}H{width}"/>' for pick in range(5))
    parts = [
        f'<rect class="ground" y="1" width="{now}" height="42"/>',
        f'<g class="y-raw" stroke-width="1" fill="none">{warp}</g>',
        _yarn("raw", rested),
        _yarn(dye, tended),
        f'<g class="y-{dye}" stroke-width="1" fill="none">{ahead}</g>' if now < width else "",
    ]
    return _svg("realm", f"0 0 {width} 44", parts, 'preserveAspectRatio="none"')


def _yarn(dye: str, picks: dict[int, str]) -> str:
    lines = "".join(
        f'<path d="{line}" stroke-dasharray="9 3" stroke-dashoffset="{pick * 6 % 12}" {_STEADY}/>'
        for pick, line in sorted(picks.items())
    )
    return f'<g class="y-{dye}" fill="none" stroke-width="5.5">{lines}</g>'


def ring(seats: Sequence[Seat], holding: int | None = None) -> SafeString:
    """A circle's seats, the thread drawn as far as the talking piece has gone.

    `holding` is the place in `seats` of whoever has it; None before the round begins.
    """
    radius, centre = 104, 150
    turns = [-math.pi / 2 + 2 * math.pi * place / max(len(seats), 1) for place in range(len(seats))]

    def at(place: int, reach: float) -> tuple[float, float]:
        return centre + reach * math.cos(turns[place]), centre + reach * math.sin(turns[place])

    parts = [f'<circle class="thread" cx="{centre}" cy="{centre}" r="{radius}"/>']
    if holding:
        (x0, y0), (x1, y1) = at(0, radius), at(holding, radius)
        long = int(holding / len(seats) > 0.5)
        arc = f"M{x0:.1f} {y0:.1f}A{radius} {radius} 0 {long} 1 {x1:.1f} {y1:.1f}"
        parts.append(f'<path class="passed" d="{arc}"/>')
    for place, seat in enumerate(seats):
        now = place == holding
        state = "now" if now else "wait" if holding is None or place > holding else "spoken"
        x, y = at(place, radius)
        text_x, text_y = at(place, radius + (28 if now else 19))
        lean = math.cos(turns[place])
        anchor = "middle" if abs(lean) < 0.45 else "start" if lean > 0 else "end"
        text_y += 5 if anchor != "middle" else 14 if text_y > centre else -4
        halo = f'<circle class="halo" cx="{x:.1f}" cy="{y:.1f}" r="20"/>' if now else ""
        name = gettext("You") if seat.mine else seat.name
        parts.append(
            f'<g class="{state}{" me" if seat.mine else ""} a-{seat.dye}">{halo}'
            f'<circle class="seat" cx="{x:.1f}" cy="{y:.1f}" r="{13 if now else 11}"/>'
            f'<text x="{text_x:.1f}" y="{text_y:.1f}" text-anchor="{anchor}">{escape(name)}</text>'
            "</g>"
        )
    return _svg("ring", "-30 0 360 300", parts)


@lru_cache(maxsize=1)
def shed() -> SafeString:
    """The shed of a loom, that opens and closes with the breath."""
    width, middle, parts = 600, 120, []
    for thread in range(15):
        lift = (thread - 7) / 7
        still, high = middle + lift * 6, middle + lift * 104
        kind = {5: ' class="y"', 9: ' class="y"', 7: ' class="z"'}.get(thread, "")
        parts.append(
            f'<path{kind} d="M0 {still:.1f}C132 {still:.1f} 180 {high:.1f} 300 {high:.1f}'
            f'S468 {still:.1f} {width} {still:.1f}"/>'
        )
    group = f'<g class="open">{"".join(parts)}</g>'
    return _svg("shed", f"0 0 {width} 240", [group], 'preserveAspectRatio="none"')


_LOOSE_END = (
    '<g class="t"><path d="M20 10v180M34 10v180M48 10v180M62 10v180M76 10v180M90 10v180'
    'M104 10v180"/></g><g class="c"><path d="M12 40H112" stroke-dasharray="13 15"/>'
    '<path d="M26 52H112" stroke-dasharray="13 15"/><path d="M12 64H112" stroke-dasharray="13 15"/>'
    '<path d="M26 76H112c50 0 70-50 108-28s6 62-24 44 22-60 66-30 24 66 78 70 38-24 62-30"/></g>'
)


@lru_cache(maxsize=4)
def scene(name: str) -> SafeString:
    """A picture for an empty or a broken page: `loose end` or `strung loom`."""
    if name == "loose end":
        parts = [_LOOSE_END]
    elif name == "strung loom":
        ends = (168, 178, 188, 173, 183)
        warps = "".join(f'<path d="M{26 + 16 * n} 22V{ends[n % 5]}"/>' for n in range(24))
        parts = [
            f'<path class="t" d="M10 22H410"/><g class="t">{warps}</g>',
            '<g class="c"><path d="M20 38H402" stroke-dasharray="15 17"/></g>',
        ]
    else:
        raise ValueError(f"There is no drawing called {name!r}.")
    return _svg("art", "0 0 420 200", parts)


def _svg(name: str, box: str, parts: Iterable[str], more: str = "") -> SafeString:
    hidden = 'aria-hidden="true" focusable="false"'
    attributes = " ".join(filter(None, [f'class="{name}"', f'viewBox="{box}"', more, hidden]))
    # Made of numbers and class names; the one thing people wrote, a name, is escaped.
    return mark_safe(f"<svg {attributes}>{''.join(parts)}</svg>")  # noqa: S308
