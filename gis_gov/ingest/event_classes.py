"""The class of an event, by a dictionary's code and the class's code in it."""

from psycopg import sql

from gis_gov.ingest.stage import Stage

DICTIONARY = "gbt30428.2"
"""The dictionary of a class code that comes without one."""

_ADD = "alter table stage add column class_id bigint"
_FIND = sql.SQL("""
    update stage as s set class_id = c.id
    from event_class as c inner join event_dictionary as d on d.id = c.dictionary_id
    where c.code = s.class_code and d.code = coalesce(s.dictionary, {})
""")


def find_classes(stage: Stage) -> None:
    """Find the classes of the staged events; refuse those of an unknown one."""
    if "class_code" not in stage.given:
        return
    stage.connection.execute(_ADD)
    stage.types["class_id"] = "bigint"
    stage.given.add("class_id")
    stage.connection.execute(_FIND.format(sql.Literal(DICTIONARY)))
    stage.reject_where(
        "unknown_class",
        sql.SQL("'class_code ' || s.class_code || coalesce(' of ' || s.dictionary, '')"),
        sql.SQL("s.class_code is not null and s.class_id is null"),
    )
