import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0005_who_may_read_is_counted'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='hours_since',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('message.posted', 'Posted'), ('message.edited', 'Edited'), ('message.taken_back', 'Taken Back'), ('message.set_aside', 'Set Aside'), ('message.put_back', 'Put Back'), ('message.held', 'Held'), ('message.let_through', 'Let Through'), ('message.asked', 'Asked'), ('message.responded', 'Responded'), ('prompt.posted', 'Prompt Posted'), ('room.pace', 'Pace'), ('room.paused', 'Paused'), ('room.resumed', 'Resumed'), ('room.holds', 'Holds'), ('room.hours', 'Hours'), ('member.joined', 'Joined'), ('member.left', 'Left'), ('member.muted', 'Muted'), ('member.unmuted', 'Unmuted'), ('member.held', 'Held Member'), ('member.unheld', 'Unheld Member')], max_length=24),
        ),
        migrations.CreateModel(
            name='Asking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_why', models.BinaryField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.membership')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='asking', to='chat.message')),
            ],
        ),
        migrations.CreateModel(
            name='DailyHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.TimeField()),
                ('hours', models.CharField(choices=[('open', 'Open'), ('attended', 'Attended'), ('reading', 'Reading')], max_length=8)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='daily_hours', to='chat.room')),
            ],
            options={
                'ordering': ('at',),
                'constraints': [models.UniqueConstraint(fields=('room', 'at'), name='one_change_of_hours_at_a_time')],
            },
        ),
    ]
