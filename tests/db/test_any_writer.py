"""Places and tallies hold after any sequence of writes: a machine writes, a recount checks."""

from typing import Any

import psycopg
import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from psycopg import sql

from gis_gov.geo.cells import cells_of
from tests.db.boundary_writer import BoundaryWriter, picks, point_wkt, points
from tests.db.recount import Boundaries, Place, place_faults, tally_faults

PLACED_BY_ADDRESS = ("person", "house", "enterprise")
WITH_POINT = ("address", "resource", "event")


class AnyWriter(BoundaryWriter):
    """Writes as a person with psql would: any table, any column, several rows a statement."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.event_places: dict[tuple[int, bytes], Place] = {}

    @initialize()
    def begin(self) -> None:
        self.add_area(((0, 0, 4, 4), "solid"), 2)
        self.add_grid(((0, 0, 2, 2), "solid"), "base", 0, "g5")
        self.add_address([(1, 1), (4, 2), None])

    # Things with a point

    @rule(where=st.lists(points, min_size=1, max_size=4))
    def add_address(self, where: list[Any]) -> None:
        with self.conn.cursor().copy("copy address (code, full_text, geom) from stdin") as copy:
            for point in where:
                copy.write_row((self.code(), "x", point_wkt(point)))

    @rule(where=st.lists(points, min_size=1, max_size=4), kind=st.sampled_from(["camera", "poi"]))
    def add_resources(self, where: list[Any], kind: str) -> None:
        self.run(
            "insert into resource (code, kind, name, geom)"
            " select code, %s, 'r', geom::geometry"
            " from unnest(%s::text[], %s::text[]) as t (code, geom)",
            kind,
            [self.code() for _ in where],
            [point_wkt(point) for point in where],
        )

    @rule(where=st.lists(points, min_size=1, max_size=4))
    def add_events(self, where: list[Any]) -> None:
        self.run(
            "insert into event (code, reported_at, geom)"
            " select code, now(), geom::geometry"
            " from unnest(%s::text[], %s::text[]) as t (code, geom)",
            [self.code() for _ in where],
            [point_wkt(point) for point in where],
        )

    @rule(table=st.sampled_from(WITH_POINT), point=points, number=picks, both=st.booleans())
    def move(self, table: str, point: Any, number: int, both: bool) -> None:
        target = self.pick(table, number)
        self.run(
            sql.SQL("update {} set geom = %s where id = %s or (%s and id = %s)").format(
                sql.Identifier(table)
            ),
            point_wkt(point),
            target,
            both,
            self.pick(table, number + 1),
        )

    @rule(table=st.sampled_from(WITH_POINT), number=picks)
    def merge_same_point(self, table: str, number: int) -> None:
        """Write the point that is there already, as an upsert of an unchanged row does."""
        self.run(
            sql.SQL("""
                merge into {0} as t using (select * from {0} where id = %s) as s on t.id = s.id
                when matched then update set geom = s.geom
            """).format(sql.Identifier(table)),
            self.pick(table, number),
        )

    @rule(table=st.sampled_from(["address", "resource"]), grid=picks, number=picks)
    def write_a_wrong_place(self, table: str, grid: int, number: int) -> None:
        self.run(
            sql.SQL("update {} set grid_id = %s, area_id = 999 where id = %s").format(
                sql.Identifier(table)
            ),
            self.pick("grid", grid),
            self.pick(table, number),
        )

    @rule(table=st.sampled_from(WITH_POINT))
    def fill_cells(self, table: str) -> None:
        name = sql.Identifier(table)
        rows = self.run(
            sql.SQL("select id, st_x(geom), st_y(geom) from {}").format(name)
            + sql.SQL(" where cell is null and geom is not null")
        )
        for key, lon, lat in rows:
            cell = cells_of([lon], [lat]).tolist()
            self.run(sql.SQL("update {} set cell = %s where id = %s").format(name), *cell, key)

    @rule(number=picks, kind=st.sampled_from(["camera", "centre", "poi"]))
    def change_resource_kind(self, number: int, kind: str) -> None:
        self.run("update resource set kind = %s where id = %s", kind, self.pick("resource", number))

    @rule(table=st.sampled_from(WITH_POINT), number=picks)
    def delete(self, table: str, number: int) -> None:
        target = self.pick(table, number)
        try:
            with self.conn.transaction():
                self.run(
                    sql.SQL("delete from {} where id = %s").format(sql.Identifier(table)), target
                )
        except psycopg.errors.ForeignKeyViolation:
            pass  # an address that places somebody stays

    # Things placed by an address

    @rule(
        table=st.sampled_from(PLACED_BY_ADDRESS),
        numbers=st.lists(st.none() | picks, min_size=1, max_size=4),
    )
    def add_placed(self, table: str, numbers: list[int | None]) -> None:
        self.run(
            sql.SQL(
                "insert into {} (code, name, address_id)"
                " select code, 'n', id from unnest(%s::text[], %s::bigint[]) as t (code, id)"
            ).format(sql.Identifier(table)),
            [self.code() for _ in numbers],
            [None if n is None else self.pick("address", n) for n in numbers],
        )

    @rule(table=st.sampled_from(PLACED_BY_ADDRESS), number=picks, address=st.none() | picks)
    def move_placed(self, table: str, number: int, address: int | None) -> None:
        self.run(
            sql.SQL("update {} set address_id = %s, name = 'm' where id = %s").format(
                sql.Identifier(table)
            ),
            None if address is None else self.pick("address", address),
            self.pick(table, number),
        )

    @rule(number=picks, kind=st.sampled_from(["building", "dwelling"]), address=st.none() | picks)
    def change_house(self, number: int, kind: str, address: int | None) -> None:
        self.run(
            "update house set kind = %s, address_id = coalesce(%s, address_id) where id = %s",
            kind,
            None if address is None else self.pick("address", address),
            self.pick("house", number),
        )

    @rule(table=st.sampled_from(PLACED_BY_ADDRESS), number=picks)
    def delete_placed(self, table: str, number: int) -> None:
        self.run(
            sql.SQL("delete from {} where id = %s").format(sql.Identifier(table)),
            self.pick(table, number),
        )

    @rule(table=st.sampled_from((*PLACED_BY_ADDRESS, *WITH_POINT)))
    def truncate(self, table: str) -> None:
        self.run(sql.SQL("truncate {} cascade").format(sql.Identifier(table)))

    # Positions

    @rule(point=points.filter(bool), worker=st.integers(min_value=0, max_value=1))
    def add_position(self, point: Any, worker: int) -> None:
        self.run(
            "insert into worker (code, name) values (%s, 'w') on conflict do nothing", f"w{worker}"
        )
        self.run(
            "insert into position (device, time, worker_id, geom) select code,"
            " timestamptz '2026-01-01' + make_interval(secs => %s), id, %s"
            " from worker where code = %s",
            next(self.numbers),
            point_wkt(point),
            f"w{worker}",
        )

    @rule(point=points.filter(bool), number=picks)
    def correct_position(self, point: Any, number: int) -> None:
        self.run(
            "update position set geom = %s where id = %s",
            point_wkt(point),
            self.pick("position", number),
        )

    @rule(table=st.sampled_from(["grid", "area", "address"]))
    def roll_back(self, table: str) -> None:
        with self.conn.transaction(force_rollback=True):
            self.run(sql.SQL("truncate {} cascade").format(sql.Identifier(table)))

    # What must hold

    @invariant()
    def tallies_equal_a_recount(self) -> None:
        assert tally_faults(self.conn) == []

    @invariant()
    def places_are_those_of_shapely(self) -> None:
        assert place_faults(self.conn) == []

    @invariant()
    def paths_lead_from_the_root_down(self) -> None:
        assert (
            self.run("""
                select a.id, a.path, p.path from area as a left join area as p on p.id = a.parent_id
                where
                    a.path <> coalesce(p.path, '/') || a.id || '/'
                    or p.level_rank >= a.level_rank
            """)
            == []
        )

    @invariant()
    def events_keep_the_grid_of_their_day(self) -> None:
        boundaries = Boundaries(self.conn)
        before, self.event_places = self.event_places, {}
        for key, wkb, *found in self.run(
            "select id, st_asbinary(geom), grid_id, area_id from event"
        ):
            now = boundaries.place(wkb and shapely.from_wkb(wkb))
            kept = before.get((key, wkb), (None, None))  # a corrected point is placed anew
            wanted = kept if kept[0] is not None else now
            assert tuple(found) == wanted
            self.event_places[key, wkb] = wanted

    @invariant()
    def last_positions_are_the_last(self) -> None:
        assert (
            self.run("""
                select worker_id, time, geom from last_position
                except
                (
                    select distinct on (worker_id) worker_id, time, geom from position
                    order by worker_id, time desc
                )
            """)
            == []
        )


def test_places_and_tallies_hold_after_any_sequence_of_writes(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute("select position_days(array['2026-01-01']::date[])")
    run_state_machine_as_test(
        lambda: AnyWriter(own_database_url),  # type: ignore[arg-type]
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
