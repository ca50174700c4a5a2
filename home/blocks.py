"""Blocks editors build pages from. Each is data, a template and a preview."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from programs.models import Circle, ProgramPage

DYES = [
    ("woad", _("woad: mind")),
    ("madder", _("madder: body")),
    ("elder", _("elder: emotion")),
    ("weld", _("weld: spirit")),
    ("birch", _("birch: relationship")),
    ("onion", _("onion: work and play")),
]
LINE = ["bold", "italic", "link"]
PROSE = ["h3", "bold", "italic", "link", "ul", "ol", "document-link"]


class WeekDayBlock(blocks.StructBlock):
    when = blocks.CharBlock(label=_("when"), max_length=24)
    what = blocks.CharBlock(label=_("what"), max_length=200)
    rest = blocks.BooleanBlock(label=_("a day of rest"), required=False)

    class Meta:
        label = _("day")
        icon = "time"


class WeekBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    words = blocks.CharBlock(label=_("words beside it"), max_length=200, required=False)
    days = blocks.ListBlock(WeekDayBlock(), label=_("days"), min_num=1, max_num=8)

    class Meta:
        label = _("A week")
        icon = "date"
        group = _("Home")
        template = "home/blocks/week.html"
        description = _("How a week goes: when, and what happens")
        preview_value = {
            "heading": "A week, roughly",
            "words": "About two hours, in pieces you choose.",
            "days": [
                {"when": "Monday", "what": "A question arrives. One, not ten.", "rest": False},
                {"when": "Sunday", "what": "Nothing is scheduled.", "rest": True},
            ],
        }


class CirclesBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    nothing = blocks.CharBlock(
        label=_("when no circle is gathering"),
        max_length=200,
        default=_("No circle is gathering just now. The next dates will stand here."),
    )

    class Meta:
        label = _("Circles gathering now")
        icon = "group"
        group = _("Home")
        template = "home/blocks/circles.html"
        description = _(
            "The circles one can apply to, with dates and places; it keeps itself current"
        )
        preview_value = {
            "heading": "Circles gathering now",
            "nothing": "No circle is gathering just now. The next dates will stand here.",
        }

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        # Of those that the list of programs names, too.
        named = ProgramPage.objects.live().public()
        context["circles"] = Circle.objects.gathering().filter(cohort__program__in=named)
        return context


class OfferingBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    words = blocks.CharBlock(label=_("words beside it"), max_length=200, required=False)
    poem = blocks.TextBlock(label=_("the offering"), max_length=1200)
    by = blocks.CharBlock(label=_("by whom, as they agreed"), max_length=120)

    class Meta:
        label = _("An offering")
        icon = "openquote"
        group = _("Home")
        template = "home/blocks/offering.html"
        description = _("Something a member made and agreed to pass on")
        preview_value = {
            "heading": "An offering",
            "words": "People in the circles make things.",
            "poem": "I put the question down\non the kitchen table\nbeside the bread.",
            "by": "Calder, Heron circle",
        }


class PointsBlock(blocks.StructBlock):
    dye = blocks.ChoiceBlock(label=_("dye"), choices=DYES, default="birch")
    points = blocks.ListBlock(blocks.RichTextBlock(features=LINE), label=_("points"), min_num=1)

    class Meta:
        label = _("list of points")
        icon = "list-ul"


class KeepingBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    lists = blocks.ListBlock(PointsBlock(), label=_("lists"), min_num=1, max_num=2)

    class Meta:
        label = _("How a circle is kept")
        icon = "list-ul"
        group = _("Home")
        template = "home/blocks/keeping.html"
        description = _("Short points beside a heading, in one list or two")
        preview_value = {
            "heading": "How a circle is kept",
            "lists": [
                {"dye": "birch", "points": ["<p>Closed. Those who start are those who stay.</p>"]},
                {"dye": "madder", "points": ["<p>Not a crisis service.</p>"]},
            ],
        }


class NoticeBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        label=_("tone"),
        choices=[
            ("plain", _("for your information")),
            ("steady", _("settled")),
            ("held", _("waiting")),
            ("alert", _("needs care")),
        ],
        default="plain",
    )
    words = blocks.RichTextBlock(label=_("words"), features=LINE)

    class Meta:
        label = _("Notice")
        icon = "info-circle"
        template = "home/blocks/notice.html"
        description = _("A few words set apart, with a mark")
        preview_value = {"tone": "plain", "words": "<p>The house is closed on Friday.</p>"}


class FoldBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("question"), max_length=120)
    answer = blocks.RichTextBlock(label=_("answer"), features=PROSE)

    class Meta:
        label = _("Question and answer")
        icon = "help"
        template = "home/blocks/fold.html"
        description = _("A question that opens to its answer")
        preview_value = {
            "question": "May I only read along?",
            "answer": "<p>Yes. Reading along counts as being there.</p>",
        }


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), max_length=160, required=False)

    class Meta:
        label = _("Picture")
        icon = "image"
        template = "home/blocks/picture.html"
        description = _("A picture with words for those who don’t see it")


class ProseBlock(blocks.RichTextBlock):
    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "home/blocks/prose.html"
        description = _("Paragraphs, lists and small headings")
        preview_value = "<h3>Why circles</h3><p>Because it is easier in company.</p>"


class HeadingBlock(blocks.CharBlock):
    class Meta:
        label = _("Heading")
        icon = "title"
        template = "home/blocks/heading.html"
        description = _("A heading within the page")
        preview_value = "What we ask of each other"


class PageBody(blocks.StreamBlock):
    """What any page can hold."""

    heading = HeadingBlock(max_length=120)
    prose = ProseBlock(features=PROSE)
    points = PointsBlock(
        label=_("Points"),
        template="home/blocks/points.html",
        description=_("Short points, each with a thread of one dye"),
        preview_value={"dye": "birch", "points": ["<p>What is shared here stays here.</p>"]},
    )
    notice = NoticeBlock()
    fold = FoldBlock()
    picture = PictureBlock()


class HomeBody(PageBody):
    """What the home page can hold besides."""

    week = WeekBlock()
    circles = CirclesBlock()
    offering = OfferingBlock()
    keeping = KeepingBlock()
