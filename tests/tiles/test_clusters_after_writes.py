"""The clusters of all tiles of a zoom add up to what there is, after any sequence of writes."""

from typing import Any

import mapbox_vector_tile
import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from psycopg import sql

from gis_gov.db.scope import KINDS
from gis_gov.events.tables import EVENT_LEVELS, EVENT_STATES
from tests.db.boundary_writer import STEP
from tests.db.test_any_writer import AnyWriter

GATHERED_BELOW = {
    "addresses": 16,
    "houses": 15,
    "enterprises": 15,
    "persons": 16,
    "events": 12,
    "cameras": 13,
    "pois": 13,
}
"""The zoom from which on a layer tells single things."""
CORNERS = (113 - STEP, 23 - STEP, 113 + 8 * STEP, 23 + 5 * STEP)
COUNT = """
    select 'addresses', count(*) from address where valid_to is null and geom is not null
    union all select 'events', count(*) from event where geom is not null
    union all
    select kind || 's', count(*) from resource where geom is not null group by kind
    union all select 'persons', count(*) from person as p
    inner join address as a on a.id = p.address_id where a.geom is not null
    union all select 'houses', count(*) from house as h
    inner join address as a on a.id = h.address_id where a.geom is not null
    union all select 'enterprises', count(*) from enterprise as e
    inner join address as a on a.id = e.address_id where a.geom is not null
"""
STATES = "select state, count(*) from event where geom is not null group by 1"
DRAW = """
    with corner as (
        select st_transform(st_setsrid(st_makebox2d(
            st_point(%(west)s, %(south)s), st_point(%(east)s, %(north)s)
        )::geometry, 4490), 3857) as box
    ), level as (
        select
            floor((st_xmin(box) + 20037508.342789244) / s.side)::integer as first_x,
            floor((st_xmax(box) + 20037508.342789244) / s.side)::integer as last_x,
            floor((20037508.342789244 - st_ymax(box)) / s.side)::integer as first_y,
            floor((20037508.342789244 - st_ymin(box)) / s.side)::integer as last_y
        from corner, (select 2 * 20037508.342789244 / (1 << %(zoom)s) as side) as s
    )
    select {}(%(zoom)s, x, y)
    from level, generate_series(first_x, last_x) as x, generate_series(first_y, last_y) as y
"""


class ClusterWriter(AnyWriter):
    """Writes anything, and looks at the map now and then."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        for kind in KINDS:
            self.run("select set_config(%s, %s, false)", f"gis_gov.reach_{kind}", '{"all": true}')

    @rule(valid=st.booleans(), number=st.integers(0, 7))
    def retire_address(self, valid: bool, number: int) -> None:
        self.run(
            "update address set valid_to = %s where id = %s",
            None if valid else "2026-01-01",
            self.pick("address", number),
        )

    @rule(
        state=st.sampled_from(EVENT_STATES),
        level=st.none() | st.sampled_from(EVENT_LEVELS),
        number=st.integers(0, 7),
    )
    def settle_event(self, state: str, level: str | None, number: int) -> None:
        self.run(
            "update event set state = %s, level = %s where id = %s",
            state,
            level,
            self.pick("event", number),
        )

    @rule(zoom=st.integers(min_value=0, max_value=15))
    def look(self, zoom: int) -> None:
        """Draw all tiles over the ground at a zoom, whether or not what was written has cells."""
        counts = dict[str, int](self.run(COUNT))  # type: ignore[arg-type]
        for layer, single_from in GATHERED_BELOW.items():
            if zoom < single_from:
                told = [each["properties"] for each in self.drawn(layer, zoom)]
                assert sum(each["count"] for each in told) == counts.get(layer, 0), (layer, zoom)
                if layer == "events":
                    states = dict[str, int](self.run(STATES))  # type: ignore[arg-type]
                    for state in EVENT_STATES:
                        count = sum(each.get(state, 0) for each in told)
                        assert count == states.get(state, 0), (state, zoom)

    def drawn(self, layer: str, zoom: int) -> list[dict[str, Any]]:
        west, south, east, north = CORNERS
        asked: dict[str, Any] = {
            "west": west, "south": south, "east": east, "north": north, "zoom": zoom,
        }  # fmt: skip
        query = sql.SQL(DRAW).format(sql.Identifier(f"tile_{layer}"))
        tiles = self.conn.execute(query, asked).fetchall()
        return [
            feature
            for (tile,) in tiles
            for told in mapbox_vector_tile.decode(bytes(tile or b"")).values()
            for feature in told["features"]
        ]


def test_clusters_add_up_to_the_rows_after_any_sequence_of_writes(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute("select position_days(array['2026-01-01']::date[])")
    run_state_machine_as_test(
        lambda: ClusterWriter(own_database_url),  # type: ignore[arg-type]
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
