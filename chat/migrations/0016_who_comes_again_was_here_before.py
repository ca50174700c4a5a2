from django.db import migrations, models
from django.db.models import Exists, OuterRef


def mark_those_who_came_again(apps, schema_editor):
    Seat = apps.get_model("chat", "Seat")
    Membership = apps.get_model("programs", "Membership")
    before = Membership.objects.filter(
        circle=OuterRef("membership__circle"), user=OuterRef("membership__user")
    ).exclude(left_at=None)
    again = Seat.objects.filter(Exists(before.exclude(pk=OuterRef("membership"))))
    Seat.objects.filter(pk__in=list(again.values_list("pk", flat=True))).update(came_again=True)


class Migration(migrations.Migration):
    dependencies = [("chat", "0015_what_was_let_through_was_written_before")]

    operations = [
        migrations.AddField(
            model_name="seat",
            name="came_again",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(mark_those_who_came_again, migrations.RunPython.noop),
    ]
