from datetime import UTC, datetime

from django.db import migrations, models

STALE = datetime(1970, 1, 1, tzinfo=UTC)


def work_out_anew(apps, schema_editor):
    """The first tick writes the new columns of cards whose line may be gone."""
    cards = apps.get_model("cards", "Card").objects.filter(actions__kind__in=("cancelled", "ported", "lost"))
    ids = list(cards.distinct().values_list("pk", flat=True))
    apps.get_model("cards", "Card").objects.filter(pk__in=ids).update(planned_at=STALE)


class Migration(migrations.Migration):
    dependencies = [("cards", "0002_runs")]

    operations = [
        migrations.AddField(
            model_name="card",
            name="ended_as",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=16, verbose_name="ended as"
            ),
        ),
        migrations.AddField(
            model_name="card",
            name="ended_on",
            field=models.DateField(editable=False, null=True, verbose_name="ended on"),
        ),
        migrations.RunPython(work_out_anew, migrations.RunPython.noop),
    ]
