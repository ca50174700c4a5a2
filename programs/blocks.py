"""Blocks that editors build a program's page from. Each is data, a template and a preview."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

PROSE = ["bold", "italic", "link", "ol", "ul"]


class SectionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    words = blocks.RichTextBlock(label=_("words"), features=PROSE)

    class Meta:
        label = _("Section")
        icon = "pilcrow"
        template = "programs/blocks/section.html"
        description = _("A heading with some paragraphs beside it")
        preview_value = {
            "heading": "How we meet",
            "words": "<p>Once a week, for 75 minutes, in words you type or speak.</p>",
        }


class AnswerBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("question"), max_length=120)
    answer = blocks.RichTextBlock(label=_("answer"), features=PROSE)

    class Meta:
        label = _("question and answer")
        icon = "help"


class QuestionsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80, default=_("Before you ask"))
    answers = blocks.ListBlock(AnswerBlock(), label=_("questions"), min_num=1)

    class Meta:
        label = _("Questions and answers")
        icon = "help"
        template = "programs/blocks/questions.html"
        description = _("Questions that open to their answers; the first stands open")
        preview_value = {
            "heading": "Before you ask",
            "answers": [
                {
                    "question": "Do I have to tell my story?",
                    "answer": "<p>No. You can pass every round and still belong.</p>",
                },
                {
                    "question": "What if I miss a week?",
                    "answer": "<p>Nothing happens. The thread of the talk waits for you.</p>",
                },
            ],
        }


class PoemBlock(blocks.StructBlock):
    words = blocks.TextBlock(label=_("words"), max_length=1200)
    by = blocks.CharBlock(label=_("by whom, as they agreed"), max_length=120)

    class Meta:
        label = _("Offering")
        icon = "openquote"
        template = "programs/blocks/poem.html"
        description = _("Something a member made and agreed to pass on")
        preview_value = {
            "words": "I put the question down\non the kitchen table\nbeside the bread.",
            "by": "Calder, two winters ago",
        }


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), max_length=160, required=False)

    class Meta:
        label = _("Picture")
        icon = "image"
        template = "programs/blocks/picture.html"
        description = _("A picture, with words for those who don’t see it")


class ProgramBody(blocks.StreamBlock):
    """What a program's page can hold beside its weeks and circles."""

    section = SectionBlock()
    questions = QuestionsBlock()
    poem = PoemBlock()
    picture = PictureBlock()
