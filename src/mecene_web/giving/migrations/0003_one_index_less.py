"""One index less: the donor of a row is found by way of the one on donor and day."""

import django.db.models.deletion
from django.db import migrations, models


def dropped(apps, schema_editor):
    """Drop the index alone: the table would be written again otherwise, on SQLite."""
    for name in ("gift",):
        model = apps.get_model("giving", name)
        for index in schema_editor._constraint_names(
            model, ["donor_id"], index=True, unique=False, primary_key=False
        ):
            schema_editor.execute(f'drop index "{index}"')


class Migration(migrations.Migration):
    dependencies = [("giving", "0002_by_hand")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(dropped, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    "gift",
                    "donor",
                    models.ForeignKey(
                        null=True,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifts",
                        to="donors.donor",
                    ),
                ),
            ],
        )
    ]
