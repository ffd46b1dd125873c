"""How new a schema is, told without Alembic, is what Alembic tells."""

import psycopg
from alembic.script import ScriptDirectory

from gis_gov.db.migrate import config
from gis_gov.db.schema_state import state, wanted_state


def test_the_newest_revision_is_alembics_head() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert wanted_state()[0] == scripts.get_current_head()


def test_every_step_is_named_after_its_revision() -> None:
    for script in ScriptDirectory.from_config(config()).walk_revisions():
        assert script.path.rpartition("/")[2].startswith(f"{script.revision}_")


def test_a_migrated_database_has_the_wanted_state(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert state(connection) == wanted_state()
