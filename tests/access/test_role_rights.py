"""What the application's role may do besides reading its rows: no more than it needs."""

import re
from typing import LiteralString

import pytest
from psycopg import errors, sql

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from tests.access.conftest import actor_with, as_owner
from tests.access.test_row_policies import BELOW, STREET
from tests.counting.tiling import World


@pytest.mark.parametrize("role", ["supervisor", "analyst"])
async def test_rules_are_written_where_one_may_alone(world: World, pool: Pool, role: str) -> None:
    actor = await actor_with(pool, world.url, role, area=STREET)
    async with as_owner(world.url) as owner:
        inside, outside = [
            await (await owner.execute(sql.SQL(query).format(sql.SQL(BELOW)))).fetchone() or (0, 0)
            for query in (
                "select min(id), min(area_id) from patrol_rule where {}",
                "select min(id), min(area_id) from patrol_rule where not {}",
            )
        ]
    statements: dict[LiteralString, int] = {
        "insert into patrol_rule (code, version, name, area_id, object_kind, cadence, radius_m,"
        " valid_from) values ('new', 1, 'n', %s, 'points', 'day', 50, '2026-03-01')": 1,
        "insert into patrol_rule_worker (rule_id, worker_id) values (%s, 2)": 0,
        "insert into patrol_rule_object (rule_id, object_id) values (%s, 2)": 0,
        "insert into patrol_rule_point (rule_id, number, radius_m, geom)"
        " values (%s, 2, 50, st_point(0, 0, 4490))": 0,
    }
    async with pool.connection(actor.scope) as conn:
        for statement, which in statements.items():
            for place, may in ((inside, role == "supervisor"), (outside, False)):
                async with conn.transaction(force_rollback=True):
                    if may:
                        assert (await conn.execute(statement, [place[which]])).rowcount == 1
                        continue
                    with pytest.raises(errors.InsufficientPrivilege):
                        async with conn.transaction():
                            await conn.execute(statement, [place[which]])
        # And nobody tells tasks done himself.
        changed = await conn.execute("update patrol_task set excused_for = 'x'")
        assert changed.rowcount == 0


async def test_the_partitions_cannot_be_read_past_the_policy(pool: Pool) -> None:
    async with pool.connection(SYSTEM) as conn:
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute("select 1 from position_default")


@pytest.mark.parametrize(
    "write",
    [
        "update person set code = 'x'",
        "update worker set code = 'x'",
        "update grid_worker set valid_from = '2020-01-01'",
        "update grid_worker set worker_id = 1",
        "update event set grid_id = 1",
        "update resource set code = 'x'",
        "update address set grid_id = 1",
        "update area set path = '/'",
        "update grid set area_m2 = 1",
        "insert into grid_lineage values (1, 2, 'split')",
        "update patrol_rule set min_metres = 1",
        "delete from patrol_rule",
        "delete from patrol_rule_object",
        "delete from audit",
        "alter table person disable row level security",
        "select replace_in(array[]::geometry[])",
    ],
)
async def test_the_role_has_no_more_rights_than_it_needs(pool: Pool, write: LiteralString) -> None:
    async with pool.connection(SYSTEM) as conn:
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(write)


@pytest.mark.parametrize("counts", ["tally", "coarse_tally"])
async def test_who_may_see_all_counts_has_each_right_that_their_policy_asks_for(
    world: World, counts: str
) -> None:
    """A right that the policy gets and the short cut does not would be passed by."""
    async with as_owner(world.url) as owner:
        told = await owner.execute(
            "select qual, pg_get_functiondef('reach_all_counts()'::regprocedure) from pg_policies"
            " where tablename = %s and policyname = %s",
            [counts, f"{counts}_reach"],
        )
        ((policy, short_cut),) = await told.fetchall()
    asked, enough = (set(re.findall(r"reach_\w+\('(\w+)'", each)) for each in (policy, short_cut))
    assert "reach_all_counts()" in policy
    assert asked
    assert asked == enough
