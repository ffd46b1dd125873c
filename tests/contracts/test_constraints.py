"""Every constraint that can be broken is told in a sentence, and is tried here."""

import re
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

from gis_gov.constraints import SENTENCES
from gis_gov.problems import broken_constraint
from gis_gov.shipped import shipped
from tests.contracts.one_of_each import WORLD

# Of these the keys are made by the database, or the rows are written by it alone.
NEVER_BROKEN = re.compile(
    r"^alembic_version_pkc$|^(audit|audit_head|tally|coarse_tally|hexagon|outline|load_run|last_position|sealing_key)_pkey$"
    r"|^(event_tally|coarse_event_tally|event_class_tally)_pkey$"
    r"|^sealing_key_id_length$|^(change|change_horizon|track_due|track_line)_pkey$"
    r"|^track_line_worker_id_fkey$|^patrol_worker_id_fkey$"
    r"|^boundary_state_(pkey|one)$|^walked_(day|cell)_pkey$|^walked_day_worker_id_fkey$|^track_print_(pkey|worker_id_fkey)$"
    r"|^fence_pkey$|^(fence_version|fence_state|crossing|crossing_due|alarm)_\w+$"
    r"|^(patrol|patrol_due|patrol_event|patrol_grid|patrol_version|device|shift|off_shift)_pkey$"
    r"|^(dropped_day|forward_due)_pkey$"
    r"|^off_shift_worker_id_fkey$"
    r"|^(patrol_event|patrol_grid|patrol_version)_patrol_id_fkey$"
    r"|^(patrol_rule|patrol_task|patrol_judgement|judgement_due|working_day)_pkey$"
    r"|^patrol_rule_(worker|object|point)_(pkey|rule_id_fkey|worker_id_fkey)$"
    r"|^patrol_task_(key|rule_id_fkey|worker_id_fkey|patrol_id_fkey)$"
    r"|^patrol_judgement_(patrol_id|rule_id|task_id)_fkey$"
    r"|^(address|area|grid|grid_worker|house|person|enterprise|resource|worker|event"
    r"|event_class|event_dictionary|account|api_key|role_grant|session)_pkey$"
)

BREAKING: dict[str, LiteralString] = {
    "account_created_by_fkey": "update account set created_by = 99",
    "account_name_key": "update account set name = 'a1'",
    "account_name_shape": "update account set name = 'key:1' where id = 501",
    "account_oidc_key": "update account set oidc_issuer = 'https://id.test', oidc_subject = '1'",
    "account_oidc_whole": "update account set oidc_subject = null",
    "account_worker_id_fkey": "update account set worker_id = 99",
    "address_accuracy_positive": "update address set accuracy_m = -1",
    "address_code_key": "insert into address (code, full_text) values ('D1', 'd')",
    "address_elements_list": "update address set elements = '{}'",
    "address_level_known": "update address set level = 9",
    "api_key_account_id_fkey": "update api_key set account_id = 99",
    "api_key_expires_later": "update api_key set expires_at = created_at",
    "api_key_token_hash_key": "update api_key set token_hash = decode(repeat('01', 32), 'hex')",
    "api_key_token_hash_length": "update api_key set token_hash = 'short' where id = 501",
    "area_code_key": "insert into area (code, name, level) values ('A1', 'a', 'street')",
    "area_code_shape": "update area set code = 'a b' where id = 502",
    "area_geom_valid": (
        "update area set geom = st_geomfromtext('multipolygon(((0 0, 1 1, 1 0, 0 1, 0 0)))', 4490)"
    ),
    "area_level_known": "insert into area (code, name, level) values ('A8', 'a', 'village')",
    "area_parent_id_fkey": (
        "insert into area (code, name, level, parent_id) values ('A8', 'a', 'street', 99)"
    ),
    "area_parent_level": "update area set level = 'district' where id = 502",
    "area_parent_not_below": "update area set parent_id = 501 where id = 501",
    "area_successor_area_id_fkey": "insert into area_successor values (99, 'x')",
    "area_successor_pkey": "insert into area_successor values (501, 'A9')",
    "area_validity": "update area set valid_from = '2026-01-02', valid_to = '2026-01-01'",
    "audit_append_only": "delete from audit",
    "audit_at_now": (
        "insert into audit (at, actor, action, result) values ('2020-01-01', 'a', 'b', 'ok')"
    ),
    "code_template_pkey": "insert into code_template values ('grid', 'x')",
    "device_code_key": "insert into device (code, kind, mode) values ('T1', 'phone', 'walk')",
    "device_kind_known": "update device set kind = 'x'",
    "device_mode_known": "update device set mode = 'x'",
    "device_plate_color_known": "update device set plate_color = 256",
    "device_terminal_key": (
        "insert into device (code, kind, mode, terminal)"
        " values ('T2', 'terminal', 'car', '013800138000')"
    ),
    "device_worker_id_fkey": "update device set worker_id = 99",
    "enterprise_address_id_fkey": "update enterprise set address_id = 99",
    "enterprise_code_key": "insert into enterprise (code, name) values ('E1', 'e')",
    "event_class_dictionary_id_code_key": (
        "insert into event_class (dictionary_id, code, name)"
        " select dictionary_id, code, name from event_class limit 1"
    ),
    "event_class_dictionary_id_fkey": "update event_class set dictionary_id = 99",
    "event_class_id_fkey": "update event set class_id = 9999",
    "event_class_parent_id_fkey": "update event_class set parent_id = 9999",
    "event_closed_after_reported": "update event set closed_at = '2026-01-01'",
    "event_code_key": "insert into event (code, reported_at) values ('V1', now())",
    "event_dictionary_code_key": (
        "insert into event_dictionary (code, name) select code, name from event_dictionary"
    ),
    "event_level_known": "update event set level = 'city'",
    "event_state_known": "update event set state = 'lost'",
    "event_worker_id_fkey": "update event set worker_id = 99",
    "fence_alarm_range": "update fence set away_s = -1",
    "fence_code_key": "insert into fence (code, name, of_grid_id) values ('F1', 'f', 501)",
    "fence_dwell_range": "update fence set dwell_s = -1",
    "fence_for_area_id_fkey": "update fence set for_area_id = 99",
    "fence_for_one": "update fence set for_area_id = 501, for_workers = '{501}'",
    "fence_geom_valid": "update fence set geom = st_point(0, 0, 4490)",
    "fence_hysteresis_range": "update fence set hysteresis_m = 1001",
    "fence_of_area_id_fkey": ("insert into fence (code, name, of_area_id) values ('F2', 'f', 99)"),
    "fence_of_grid_id_fkey": ("insert into fence (code, name, of_grid_id) values ('F2', 'f', 99)"),
    "fence_shape_one": "update fence set of_grid_id = 501, of_area_id = 501",
    "fence_shape_there": "update fence set geom = null",
    "fence_tells_known": "update fence set tells = '{jump}'",
    "fence_validity": "update fence set valid_from = now(), valid_to = now()",
    "fence_width_of_line": "update fence set width_m = 10",
    "fence_width_range": (
        "update fence set width_m = 0,"
        " geom = st_makeline(st_point(0, 0, 4490), st_point(1, 1, 4490))"
    ),
    "grid_area_id_fkey": "update grid set area_id = 99",
    "grid_code_key": "update grid set code = 'G2' where id = 501",
    "grid_geom_valid": (
        "update grid set geom = st_geomfromtext('multipolygon(((0 0, 1 1, 1 0, 0 1, 0 0)))', 4490)"
    ),
    "grid_households_positive": "update grid set households = -1",
    "grid_layer_known": "update grid set layer = 'third'",
    "grid_lineage_grid_id_fkey": "insert into grid_lineage values (99, 502, 'split')",
    "grid_lineage_kind_known": "update grid_lineage set kind = 'lost'",
    "grid_lineage_not_itself": "insert into grid_lineage values (502, 502, 'split')",
    "grid_lineage_pkey": "insert into grid_lineage values (501, 502, 'merge')",
    "grid_lineage_successor_id_fkey": "insert into grid_lineage values (502, 99, 'split')",
    "grid_parent_id_fkey": "delete from grid where id = 501",
    "grid_population_positive": "update grid set population = -1",
    "grid_validity": "update grid set valid_from = '2026-01-02', valid_to = '2026-01-01'",
    "grid_worker_grid_id_fkey": "update grid_worker set grid_id = 99",
    "grid_worker_term_key": (
        "insert into grid_worker (grid_id, worker_id, valid_from) values (501, 501, '2026-01-01')"
    ),
    "grid_worker_validity": "update grid_worker set valid_to = '2025-12-31'",
    "grid_worker_worker_id_fkey": "update grid_worker set worker_id = 99",
    "house_address_id_fkey": "update house set address_id = 99",
    "house_area_positive": "update house set area_m2 = -1",
    "house_code_key": "insert into house (code) values ('H1')",
    "house_geom_valid": (
        "update house set geom = st_geomfromtext('multipolygon(((0 0, 1 1, 1 0, 0 1, 0 0)))', 4490)"
    ),
    "house_height_positive": "update house set height_m = -1",
    "house_kind_known": "update house set kind = 'tent'",
    "house_parent_id_fkey": "update house set parent_id = 99",
    "last_position_worker_id_fkey": (
        "insert into last_position (worker_id, device, time, geom)"
        " values (99, 'd', now(), st_point(0, 0, 4490))"
    ),
    "person_address_id_fkey": "update person set address_id = 99",
    "person_code_key": "insert into person (code, name) values ('P1', 'p')",
    "person_house_id_fkey": "delete from house",
    "person_id_number_digest_key": (
        "insert into person (code, name, id_number_digest) values ('P2', 'p', '1')"
    ),
    "person_person_class_known": "update person set person_class = 'foe'",
    "person_sex_known": "update person set sex = 'x'",
    "patrol_code_key": (
        "insert into patrol (code, worker_id, day, is_detected, is_open, begins_at)"
        " values ('W1-1', 501, '2026-01-01', true, false, '2026-01-01')"
    ),
    "patrol_ends_later": "update patrol set ends_at = '2025-12-31'",
    "patrol_share_range": "update patrol set own_grid_share = 1.1",
    "shift_days_known": "update shift set valid_from = 'infinity'",
    "shift_kind_known": "update shift set kind = 'x'",
    "shift_one_when": "update shift set day = '2026-01-01'",
    "shift_times_known": "update shift set ends = '24:00'",
    "shift_validity": "update shift set valid_to = '2025-12-31'",
    "shift_weekdays_known": "update shift set weekdays = '{0}'",
    "shift_worker_id_fkey": "update shift set worker_id = 999",
    "patrol_rule_area_id_fkey": "update patrol_rule set area_id = 99",
    "patrol_rule_cadence_known": "update patrol_rule set cadence = 'never'",
    "patrol_rule_code_version_key": (
        "insert into patrol_rule (code, version, name, area_id, object_kind, cadence, radius_m,"
        " valid_from) values ('U1', 1, 'u', 501, 'points', 'day', 50, '2026-01-01')"
    ),
    "patrol_rule_coverage_range": "update patrol_rule set min_coverage = 1.1",
    "patrol_rule_level_known": "update patrol_rule set level = 'house'",
    "patrol_rule_object_kind_known": "update patrol_rule set object_kind = 'tree'",
    "patrol_rule_per_period_range": "update patrol_rule set per_period = 32",
    "patrol_rule_point_radius_range": "update patrol_rule_point set radius_m = 0",
    "patrol_rule_radius_range": "update patrol_rule set radius_m = -1",
    "patrol_rule_route_there": "update patrol_rule set object_kind = 'route'",
    "patrol_rule_thresholds_positive": "update patrol_rule set min_metres = 0",
    "patrol_rule_validity": "update patrol_rule set valid_to = '2025-12-31'",
    "patrol_rule_workers_range": "update patrol_rule set workers_min = 2",
    "patrol_task_due_later": "update patrol_task set due_at = begins_at",
    "position_accuracy_positive": "update position set accuracy_m = -1",
    "position_bearing_range": "update position set bearing_deg = 360",
    "position_pkey": (
        "insert into position (device, time, geom)"
        " values ('d', '2026-01-01T12:00+08', st_point(0, 0, 4490))"
    ),
    "position_speed_positive": "update position set speed_mps = -1",
    "position_worker_id_fkey": "update position set worker_id = 99",
    "resource_address_id_fkey": "update resource set address_id = 99",
    "resource_azimuth_range": "update resource set azimuth_deg = 360",
    "resource_code_key": "insert into resource (code, kind, name) values ('R1', 'poi', 'r')",
    "resource_field_of_view_range": "update resource set field_of_view_deg = 0",
    "resource_kind_known": "update resource set kind = 'drone'",
    "resource_range_positive": "update resource set range_m = 0",
    "role_grant_account_id_fkey": "update role_grant set account_id = 99 where id = 501",
    "role_grant_area_id_fkey": "update role_grant set area_id = 99 where id = 501",
    "role_grant_grid_id_fkey": "update role_grant set grid_id = 99 where id = 502",
    "role_grant_granted_by_fkey": "update role_grant set granted_by = 99",
    "role_grant_key_id_fkey": "update role_grant set key_id = 99 where id = 502",
    "role_grant_one_holder": "update role_grant set key_id = 501 where id = 501",
    "role_grant_one_place": "update role_grant set grid_id = 501 where id = 501",
    "role_grant_person_classes_known": "update role_grant set person_classes = '{foe}'",
    "role_grant_role_known": "update role_grant set role = 'king'",
    "role_grant_validity": "update role_grant set valid_to = '2000-01-01'",
    "session_account_id_fkey": "update session set account_id = 99",
    "session_method_known": "update session set method = 'smile'",
    "session_token_hash_key": "update session set token_hash = decode(repeat('01', 32), 'hex')",
    "session_token_hash_length": "update session set token_hash = 'short' where id = 501",
    "worker_area_id_fkey": "update worker set area_id = 99",
    "worker_code_key": "insert into worker (code, name) values ('W1', 'w')",
}

pytestmark = pytest.mark.anyio


async def raised_by(conn: psycopg.AsyncConnection[Any], statement: LiteralString) -> errors.Error:
    await conn.execute(WORLD)
    with pytest.raises(errors.Error) as raised:
        async with conn.transaction():
            await conn.execute(statement)
    return raised.value


@pytest.mark.parametrize("name", sorted(SENTENCES))
async def test_breaking_it_is_a_problem(conn: psycopg.AsyncConnection[Any], name: str) -> None:
    problem = broken_constraint(await raised_by(conn, BREAKING[name]))
    assert problem is not None
    assert problem.members == {"constraint": name}
    assert problem.detail == SENTENCES[name]
    assert problem.slug == slug_for(name)


def slug_for(name: str) -> str:
    if name == "audit_append_only":
        return "conflict"
    if name.endswith("_fkey"):
        return "broken-reference"
    return "already-there" if name.endswith("key") else "rule-broken"


async def test_a_missing_value_names_its_column(conn: psycopg.AsyncConnection[Any]) -> None:
    problem = broken_constraint(await raised_by(conn, "update grid set name = null"))
    assert problem is not None
    assert problem.slug == "value-missing"
    assert problem.members == {"column": "grid.name"}


async def test_other_errors_are_none_of_the_clients(conn: psycopg.AsyncConnection[Any]) -> None:
    assert broken_constraint(await raised_by(conn, "select 1 / 0")) is None


async def test_every_constraint_is_told(conn: psycopg.AsyncConnection[Any]) -> None:
    cursor = await conn.execute("""
        select k.conname from pg_constraint as k
        inner join pg_class as c on k.conrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and k.contype <> 't'
        and not c.relispartition
        and not exists (select 1 from pg_depend where objid = c.oid and deptype = 'e')
        union
        select i.relname from pg_index as x
        inner join pg_class as i on x.indexrelid = i.oid
        inner join pg_class as c on x.indrelid = c.oid
        where x.indisunique and c.relnamespace = 'public'::regnamespace and not c.relispartition
        and not exists (select 1 from pg_depend where objid = c.oid and deptype = 'e')
    """)
    names = {name for (name,) in await cursor.fetchall()}
    can_be_broken = {name for name in names if not NEVER_BROKEN.match(name)} | raised_in_sql()
    assert can_be_broken == set(SENTENCES)


def raised_in_sql() -> set[str]:
    folder: Path = shipped("migrations") / "sql"
    return {
        name
        for file in folder.glob("*.sql")
        for name in re.findall(r"constraint = '(\w+)'", file.read_text(encoding="utf-8"))
    }
