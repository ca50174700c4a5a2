"""The house's template tags: marks, swatches, fields, drawings, times."""

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from community import drawings
from community.templatetags.times import in_words, moment, zone_name
from community.templatetags.weave import swatch_classes, swatch_dye

pytestmark = pytest.mark.once

HOUSE = Path(settings.BASE_DIR)


def draw(source, **context):
    return Template(source).render(Context(context))


# Marks and swatches ----------------------------------------------------------
def test_every_mark_that_a_template_names_is_in_the_sprite():
    sprite = (HOUSE / "community/static/reweave/icons.svg").read_text()
    known = set(re.findall(r'id="i-([a-z-]+)"', sprite))
    named = {
        name
        for page in (HOUSE / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]*)"', page.read_text())
    }

    assert {"lantern", "phone", "warn"} <= named
    assert named <= known


def test_a_mark_is_for_the_eye_only():
    assert 'aria-hidden="true"' in draw('{% icon "lantern" %}')
    assert "#i-lantern" in draw('{% icon "lantern" %}')


def test_there_are_288_swatches_and_each_is_another():
    seen = {swatch_classes(number) for number in range(288)}

    assert len(seen) == drawings.SWATCHES == 288
    assert swatch_classes(288) == swatch_classes(0)


@pytest.mark.parametrize("number", [0, 7, 20, 133, 287])
def test_the_dye_of_a_swatch_is_the_one_it_is_drawn_in(number):
    assert f" a-{swatch_dye(number)} " in swatch_classes(number)


def test_a_swatch_says_nothing_to_a_screen_reader():
    assert 'aria-hidden="true"' in draw('{% swatch 20 size="small" %}')
    assert "small" in draw('{% swatch 20 size="small" %}')


def test_every_class_a_swatch_uses_is_in_the_styles():
    styles = (HOUSE / "community/static/reweave/css/cloth.css").read_text()

    for number in range(288):
        for name in swatch_classes(number).split():
            assert re.search(rf"\.{name}\b", styles)


# Notices and fields ----------------------------------------------------------
def test_a_notice_has_a_mark_and_its_words():
    drawn = draw(
        '{% notice tone="held" title="Waiting." %}<p>Marit reads it first.</p>{% endnotice %}'
    )

    assert 'class="notice held"' in drawn
    assert "#i-slow" in drawn
    assert "<p>Marit reads it first.</p>" in drawn


class Door(forms.Form):
    name = forms.CharField(label="Chosen name", help_text="What the circle calls you.")
    words = forms.CharField(widget=forms.Textarea, required=False)
    tonight = forms.ChoiceField(choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")
    pace = forms.ChoiceField(choices=[("0", "Off")])
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_its_hint_to_its_control():
    drawn = draw("{% field form.name %}", form=Door())

    assert '<label for="id_name">Chosen name' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'aria-describedby="id_name_helptext"' in drawn
    assert 'class="input"' in drawn


def test_a_wrong_field_says_so_and_ties_its_error_to_its_control():
    drawn = draw("{% field form.name %}", form=Door({"name": ""}))

    assert 'class="field wrong"' in drawn
    assert 'id="id_name_error"' in drawn
    assert "id_name_error" in re.search(r'aria-describedby="([^"]+)"', drawn)[1]
    assert 'aria-invalid="true"' in drawn


def test_what_someone_wrote_comes_back_escaped():
    drawn = draw("{% field form.name %}", form=Door({"name": '"><script>alert(1)</script>'}))

    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_choices_are_a_group_with_a_name():
    drawn = draw("{% field form.tonight %}", form=Door({}))

    assert '<legend class="label">Tonight</legend>' in drawn
    assert 'aria-describedby="id_tonight_error"' in drawn
    assert drawn.count('class="choice"') == 2


@pytest.mark.parametrize("name", ["words", "agree", "pace", "secret"])
def test_each_kind_of_field_is_drawn_once(name):
    drawn = draw("{% field field %}", field=Door()[name])

    assert drawn.count(f'name="{name}"') == 1


def test_the_summary_counts_what_is_left_and_leads_there():
    form = Door({"name": "", "tonight": "", "agree": "on", "pace": "0"})

    drawn = draw("{% error_summary form %}", form=form)

    assert "2 things still need you" in drawn
    assert 'href="#id_name"' in drawn
    assert 'href="#id_tonight_0"' in drawn
    assert 'role="alert"' in drawn


def test_where_nothing_is_wrong_there_is_no_summary():
    assert draw("{% error_summary form %}", form=Door()) == ""


@pytest.mark.parametrize(
    ("taken", "words"), [(7, "3 of 10 places left"), (10, "Full"), (12, "Full"), (0, "10 of 10")]
)
def test_places_are_told_in_words_beside_the_marks(taken, words):
    drawn = draw('{% places 10 taken "birch" %}', taken=taken)

    assert words in drawn
    assert drawn.count("<i") == 10
    assert drawn.count('<i class="open">') == max(10 - taken, 0)


# Drawings --------------------------------------------------------------------
@pytest.mark.parametrize(
    "source",
    [
        "{% cloth %}",
        '{% cloth "raw:4 woad:6:twill" %}',
        '{% band "weld" weeks 10 %}',
        "{% ring seats 1 %}",
        "{% shed %}",
        '{% scene "loose end" %}',
        '{% scene "strung loom" %}',
        '{% seed "let-go" %}',
    ],
)
def test_a_drawing_is_the_same_each_time_hidden_and_without_inline_style(source):
    context = {"weeks": [3, 0, 5], "seats": [("Noor", "woad", False), ("Ines", "weld", True)]}

    drawn = draw(source, **context)

    assert drawn == draw(source, **context)
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


def test_a_rested_week_weighs_as_much_as_a_tended_one():
    drawn = draw('{% band "weld" weeks 2 %}', weeks=[0, 5])

    rested = re.search(r'class="y-raw" fill="none" stroke-width="5.5">(.*?)</g>', drawn)[1]
    tended = re.search(r'class="y-weld" fill="none" stroke-width="5.5">(.*?)</g>', drawn)[1]
    assert rested.count("<path") == tended.count("<path") == 5


def test_a_name_in_the_ring_is_escaped():
    assert "<b>" not in draw("{% ring seats %}", seats=[("<b>Noor", "woad", False)])


# Time ------------------------------------------------------------------------
def test_a_moment_names_the_zone_it_is_told_in():
    evening = dt.datetime(2026, 1, 8, 19, 0, tzinfo=dt.UTC)

    with timezone.override(ZoneInfo("America/New_York")):
        assert "14:00 New York" in moment(evening)
    assert "19:00 London" in moment(evening, "Europe/London")
    assert 'datetime="2026-01-08T19:00+00:00"' in moment(evening, "Europe/London")


def test_a_zone_is_called_by_its_city():
    assert zone_name("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert zone_name(ZoneInfo("UTC")) == "UTC"


def test_when_a_circle_meets_is_told_as_people_say_it():
    assert draw('{% meets 3 at "Europe/London" %}', at=dt.time(19)) == "Thursdays, 19:00 London"
    assert draw("{% runs day 10 %}", day=dt.date(2031, 1, 8)) == "from 8 January 2031, ten weeks"
    assert (in_words(1), in_words(12), in_words(13)) == ("one", "twelve", "13")


# The frame -------------------------------------------------------------------
def test_only_places_that_the_house_has_are_linked(settings):
    request = RequestFactory().get("/")
    with translation.override("en"):
        drawn = draw(
            "{% member_places as all %}{% for place in all %}{{ place.url }} {% endfor %}",
            request=request,
        )

    settings.ROOT_URLCONF = "community.health"
    bare = draw("{% member_places as all %}{{ all|length }}", request=request)

    assert "None" not in drawn
    assert bare == "0"
