"""One clock for each reader: their account's, or where none is set their browser's."""

import datetime
import re
import zoneinfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat import hush
from chat.keeping import moderation
from chat.models import Message, Mute, Seat
from programs import calendar
from tests.e2e.conftest import PHONE
from tests.e2e.room import beside, do, live, message, room_of, said, soon, write

pytestmark = pytest.mark.e2e

AUCKLAND = "Pacific/Auckland"
NEW_YORK = "America/New_York"


def reads_in(cast, account):
    cast.noor.time_zone = account
    cast.noor.save()


@pytest.mark.parametrize(
    ("account", "zone", "named"), [("", AUCKLAND, "Auckland"), (NEW_YORK, NEW_YORK, "New York")]
)
def test_every_time_is_told_by_the_readers_one_clock(visit, cast, account, zone, named):
    reads_in(cast, account)
    said(cast, cast.ines, "The kettle sang.")
    here = zoneinfo.ZoneInfo(zone)
    at = Message.objects.get().posted_at.astimezone(here)
    begins = calendar.next_session(cast.cohort, cast.circle).begins_at.astimezone(here)
    seen = visit(room_of(cast), cast.noor, timezone_id=AUCKLAND, viewport=PHONE)
    page = live(seen.page)

    hour, day = f"{at:%H:%M}", f"{at:%A} {at.day} {at:%B}"
    expect(message(page, "The kettle").locator("time")).to_have_text(hour)
    expect(page.locator(".day")).to_have_text(f"Today, {day}")
    expect(page.locator(".thisweek summary b")).to_have_text(
        re.compile(rf"^Live .*, {begins:%H:%M} {named}\.$")
    )
    expect(page.locator(".aside [data-session]")).to_have_text(
        re.compile(rf", {begins:%H:%M} to \d\d:\d\d {named}$")
    )

    page.goto(f"{room_of(cast)}find/")
    page.get_by_label("Words to look for").fill("kettle")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".msg time")).to_have_text(hour)
    expect(page.locator(".day")).to_have_text(day)
    expect(page.get_by_text(f"by the clocks of {named}")).to_be_visible()
    expect(page.locator(".msg [data-menu]")).to_have_attribute(
        "aria-label", f"Respond to Ines, {hour}"
    )

    page.locator(".msg .at").click()
    expect(page.locator(".msg time")).to_have_text(hour)
    expect(page.get_by_text(f"by the clocks of {named}")).to_be_visible()

    page.goto("/places/")
    expect(page.get_by_text("Next session:")).to_have_text(
        re.compile(rf", {begins:%H:%M} {named}$")
    )
    assert seen.complaints == []


@pytest.mark.parametrize(("account", "zone"), [("", AUCKLAND), (NEW_YORK, NEW_YORK)])
def test_hush_ends_at_eight_by_that_clock(visit, cast, account, zone):
    reads_in(cast, account)
    seat = Seat.objects.filter(membership=cast.member(cast.noor))
    named = zone.split("/")[1].replace("_", " ")
    page = live(visit(room_of(cast), cast.noor, timezone_id=AUCKLAND).page)

    page.locator(".only-desk").get_by_role("button", name="Hush until morning").click()
    expect(page.locator("[data-bar=hush]")).to_contain_text(f"08:00 {named}")
    page.reload()
    expect(page.locator("[data-bar=hush]")).to_contain_text(f"08:00 {named}")
    assert f"{seat.get().hushed_until.astimezone(zoneinfo.ZoneInfo(zone)):%H:%M}" == "08:00"

    page.goto(f"{room_of(cast)}reaching/")
    expect(page.get_by_text("Hushed until")).to_contain_text(f"08:00 {named}")
    page.get_by_role("button", name="Hear it again").click()
    page.get_by_role("button", name="Hush until morning").click()
    expect(page.get_by_text("Hushed until")).to_contain_text(f"08:00 {named}")
    assert f"{seat.get().hushed_until.astimezone(zoneinfo.ZoneInfo(zone)):%H:%M}" == "08:00"


def test_today_is_yesterday_after_midnight_where_nobody_speaks(visit, cast):
    said(cast, cast.ines, "Good night.")
    page = visit("/places/", cast.noor, fresh=True).page
    page.clock.install()
    page.goto(room_of(cast))
    expect(live(page).locator(".day")).to_have_text(re.compile("^Today, "))

    # With the line the house would say what time it is.
    page.context.set_offline(True)
    page.clock.fast_forward("24:00:00")

    expect(page.locator(".day")).to_have_text(re.compile("^Yesterday, "))
    soon(lambda: page.locator(".day").count() == 1)


@pytest.fixture
def muted_until(cast):
    """Noor reads and responds for half an hour from now."""
    until = timezone.now() + datetime.timedelta(minutes=30)
    member = cast.member(cast.noor).public_id
    moderation.mute(
        by=cast.mina, circle=cast.circle.public_id, member=member, until=until, why="Rest."
    )
    return until


@pytest.mark.parametrize("ahead", [-1, 1])
def test_whether_someone_may_write_goes_by_the_houses_clock(visit, cast, muted_until, ahead):
    page = visit("/places/", cast.noor, fresh=True).page
    page.clock.install(time=timezone.now() + datetime.timedelta(hours=ahead))
    live(page.goto(room_of(cast)) and page)
    bar = page.locator("[data-bar=muted]")
    expect(bar).to_be_visible()
    expect(page.locator("form[data-locked]")).to_be_visible()

    page.context.set_offline(True)
    page.clock.fast_forward("31:00")

    expect(bar).to_have_count(0)


@pytest.fixture
def enter_ahead(visit, cast):
    """`enter_ahead(user, days)`: their page of the room, where their clock is as far ahead."""

    def enter_ahead(user, days):
        page = visit("/places/", user, fresh=True).page
        page.clock.install(time=timezone.now() + datetime.timedelta(days=days))
        return live(page.goto(room_of(cast)) and page)

    return enter_ahead


@pytest.mark.parametrize("days", [-1, 1])
def test_where_a_clock_is_a_day_wrong_today_is_today_all_the_same(cast, enter_ahead, days):
    said(cast, cast.ines, "Said just now.")
    page = enter_ahead(cast.noor, days)
    page.context.set_offline(True)

    write(page, "From the tunnel.")

    expect(message(page, "From the tunnel.")).to_have_attribute("data-state", "kept")
    expect(page.locator(".day")).to_have_text(re.compile("^Today, "))


def test_where_a_clock_is_a_day_ahead_a_hushed_circle_is_not_marked(cast, enter_ahead):
    hush.hush(by=cast.noor, circle=cast.circle.public_id)
    page = enter_ahead(cast.noor, 1)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")

    said(cast, cast.ines, "This disturbs nobody.")

    expect(message(page, "This disturbs")).to_be_visible()
    expect(page).to_have_title("Alder circle · Reweave")


def test_where_a_facilitators_clock_is_a_day_behind_a_mute_lasts_as_long_as_it_says(
    cast, enter_ahead
):
    said(cast, cast.noor, "On and on.")
    page = enter_ahead(cast.mina, -1)

    do(page, "On and on.", "Mute for a while")
    page.get_by_role("dialog").get_by_label("Why, in a sentence").fill("Let others come in")
    page.get_by_role("dialog").get_by_role("button", name="Mute").click()

    expect(page.get_by_text("has been told why and until when")).to_be_visible()
    left = beside(Mute.objects.get).until - timezone.now()
    assert datetime.timedelta(minutes=55) < left <= datetime.timedelta(hours=1)


def test_a_clock_that_is_set_while_the_page_is_open_opens_nothing(visit, cast, muted_until):
    page = visit("/places/", cast.noor, fresh=True).page
    page.clock.install()
    live(page.goto(room_of(cast)) and page)
    locked = page.locator("form[data-locked]")
    expect(locked).to_be_visible()

    page.clock.set_system_time(timezone.now() + datetime.timedelta(hours=1))
    page.context.set_offline(True)
    expect(page.locator("[data-line=offline]")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator(".statusbar.steady")).to_contain_text("You’re back.")

    expect(page.locator("[data-bar=muted]")).to_be_visible()
    expect(locked).to_be_visible()


def test_a_page_that_stands_all_night_says_in_the_morning_that_the_circle_is_heard(visit, cast):
    until = hush.hush(by=cast.noor, circle=cast.circle.public_id)
    page = visit("/places/", cast.noor, fresh=True).page
    page.clock.install()
    live(page.goto(room_of(cast)) and page)
    bar = page.locator("[data-bar=hush]")
    expect(bar).to_be_visible()
    page.context.set_offline(True)
    left = int((until - timezone.now()).total_seconds())

    page.clock.fast_forward((left - 60) * 1000)
    expect(bar).to_be_visible()
    page.clock.fast_forward(61_000)

    expect(bar).to_have_count(0)
    asks = page.locator(".only-desk").get_by_role("button", name="Hush until morning")
    expect(asks).to_be_visible()
