from typing import Any

from django.db import migrations

from mecene_web.messages import publish


def put_on(_apps: Any, editor: Any) -> None:
    for statement in publish.CREATE[editor.connection.vendor]:
        editor.execute(statement, params=None)


def take_off(_apps: Any, editor: Any) -> None:
    for statement in publish.DROP[editor.connection.vendor]:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("mecene_messages", "0001_initial")]

    operations = [migrations.RunPython(put_on, take_off, elidable=False)]
