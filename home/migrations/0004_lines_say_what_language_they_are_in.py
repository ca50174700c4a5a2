"""Until now each house was English by its settings, and so are the words of its lines."""

from django.db import migrations, models

import community.language


class Migration(migrations.Migration):
    dependencies = [("home", "0003_numbers_may_wait_to_be_checked")]

    operations = [
        migrations.AddField(
            model_name="helpline",
            name="written_in",
            field=models.CharField(
                default="en", max_length=12, verbose_name="language of these words"
            ),
        ),
        migrations.AlterField(
            model_name="helpline",
            name="written_in",
            field=models.CharField(
                default=community.language.of_the_house,
                max_length=12,
                verbose_name="language of these words",
            ),
        ),
    ]
