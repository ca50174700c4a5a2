"""Circles in the CMS, and who holds them. Nothing here shows what anyone wrote."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button
from wagtail.log_actions import log

from community.models import User
from programs import enrolment, prompts, swatches
from programs.admin.policy import LeadsChooserViewSet, no_permissions
from programs.admin.views import ActionView, KeepsWhatIsUsed
from programs.circles import appoint
from programs.models import Circle, Membership


class CircleForm(WagtailAdminModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # its room, its questions and its people hang from the cohort
            self.fields["cohort"].disabled = True
            self.fields["is_open"].disabled = True  # so does the way people come into it


class CircleCreateView(CreateView):
    @transaction.atomic
    def save_instance(self) -> Circle:
        circle = self.form.instance
        circle.swatch = swatches.for_circle(circle.cohort, start=len(circle.name))
        circle = super().save_instance()
        prompts.schedule(circle)
        return circle


class CircleEditView(EditView):
    pass


class CircleDeleteView(KeepsWhatIsUsed, DeleteView):
    """A circle that anyone ever belonged to stays: their words hang from it."""

    held_by = "memberships"


class CircleIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Circle]:
        current = Q(memberships__left_at=None)
        return (
            super()
            .get_base_queryset()
            .select_related("cohort__program")
            .annotate(
                how_many_peers=Count("memberships", filter=current & Q(memberships__role="peer")),
                how_many_holders=Count(
                    "memberships", filter=current & Q(memberships__role="facilitator")
                ),
            )
        )

    def get_list_more_buttons(self, instance: Circle) -> list[Any]:
        appoint_someone = Button(
            gettext("Appoint a facilitator"),
            url=reverse("circle:appoint", args=[instance.pk]),
            icon_name="user",
            priority=15,
        )
        return [*super().get_list_more_buttons(instance), appoint_someone]


class AppointForm(forms.Form):
    address = forms.EmailField(
        label=_("E-mail address"), help_text=_("They need to have signed in here once.")
    )
    name = forms.CharField(label=_("Name they go by in the circle"), max_length=160)

    def clean_address(self) -> Any:
        people = get_user_model().objects
        address = people.normalize_email(self.cleaned_data["address"])
        person = people.filter(email=address, is_active=True).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody has signed in with this address. Ask them to do so once, then try again.")
            )
        return person


class AppointView(ActionView):
    model = Circle
    form_class = AppointForm
    page_title = _("Appoint a facilitator")
    header_icon = "user"
    submit_button_label = _("Appoint")
    index_url_name = "membership:index"

    def act(self, form: forms.Form) -> str:
        membership = appoint(
            circle=self.object,
            person=form.cleaned_data["address"],
            name=form.cleaned_data["name"],
        )
        log(instance=membership, action="wagtail.create", user=self.request.user)
        return gettext("%(name)s holds %(circle)s from now on.") % {
            "name": membership.name,
            "circle": self.object.name,
        }


class EndForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Sealed; those who hold the circle and program leads can be told of it."),
    )


class EndView(ActionView):
    """Ends a membership at once: their room closes within a second."""

    model = Membership
    form_class = EndForm
    page_title = _("End the membership")
    header_icon = "user"
    submit_button_label = _("End it now")
    index_url_name = "membership:index"

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.current()

    def act(self, form: forms.Form) -> str:
        enrolment.remove(
            membership=self.object, by=cast(User, self.request.user), why=form.cleaned_data["why"]
        )
        log(instance=self.object, action="wagtail.delete", user=self.request.user)
        return gettext("%(name)s no longer belongs to the circle.") % {"name": self.object.name}


class MembershipIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.current().select_related("circle__cohort")

    def get_list_more_buttons(self, instance: Membership) -> list[Any]:
        url = reverse("membership:end", args=[instance.pk])
        return [Button(gettext("End the membership"), url=url, icon_name="user", priority=30)]


class CircleViewSet(ModelViewSet):
    model = Circle
    name = "circle"
    icon = "group"
    menu_label = _("Circles")
    copy_view_enabled = False
    index_view_class = CircleIndexView
    add_view_class = CircleCreateView
    edit_view_class = CircleEditView
    delete_view_class = CircleDeleteView
    search_fields: ClassVar[list[str]] = ["name", "cohort__name"]
    list_filter: ClassVar[list[str]] = ["cohort"]
    list_display: ClassVar[list[Any]] = [
        "name",
        "cohort",
        Column("cohort.program", label=_("Program")),
        Column("how_many_peers", label=_("Peers")),
        Column("how_many_holders", label=_("Facilitators")),
    ]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "A circle is a closed group of one cohort. Appoint at least one facilitator "
                    "before it starts, two for more than eight peers: they read who applies."
                )
            ),
            FieldPanel("cohort"),
            FieldPanel("name"),
            FieldPanel("is_open"),
        ],
        base_form_class=CircleForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("appoint/<int:pk>/", AppointView.as_view(), name="appoint"),
        ]

    def get_permissions_to_register(self) -> Any:
        return no_permissions()


class MembershipViewSet(ModelViewSet):
    """Who belongs, by the names they go by. It opens nothing: it appoints and it ends."""

    model = Membership
    name = "membership"
    icon = "user"
    menu_label = _("Members")
    copy_view_enabled = False
    index_view_class = MembershipIndexView
    search_fields: ClassVar[list[str]] = ["name", "circle__name"]
    list_filter: ClassVar[list[str]] = ["role", "circle"]
    form_fields: ClassVar[list[str]] = []
    list_display: ClassVar[list[Any]] = [
        "name",
        "role",
        Column("circle", label=_("Circle"), sort_key="circle"),
        Column("circle.cohort", label=_("Cohort")),
        Column("joined_at", label=_("Joined"), accessor="joined_at.date", sort_key="joined_at"),
    ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        shared = super().get_common_view_kwargs(**kwargs)
        return {name: value for name, value in shared.items() if name not in _NOT_OFFERED}

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("end/<int:pk>/", EndView.as_view(), name="end"),
        ]

    def register_admin_url_finder(self) -> None:
        """There is no page to find: members are appointed, accepted and ended, not edited."""

    def get_permissions_to_register(self) -> Any:
        return no_permissions()


_NOT_OFFERED = {
    "add_url_name",
    "edit_url_name",
    "delete_url_name",
    "history_url_name",
    "usage_url_name",
}


class CircleChooserViewSet(LeadsChooserViewSet):
    model = Circle
    icon = "group"
    choose_one_text = _("Choose a circle")
    choose_another_text = _("Choose another circle")
    edit_item_text = _("Edit this circle")
