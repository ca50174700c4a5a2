"""What rooms bring into the CMS: the lists of words that the house looks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from chat.models import WordList


class WordListViewSet(SnippetViewSet):
    model = WordList
    icon = "list-ul"
    menu_label = _("Words to care for")
    add_to_admin_menu = True
    menu_order = 260
    list_display = ["__str__", "language"]
    list_filter = ["kind", "language"]
    copy_view_enabled = False
    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("language")]),
        FieldPanel("phrases"),
        FieldPanel("passes"),
    ]


register_snippet(WordListViewSet)
