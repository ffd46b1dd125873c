"""Who passed is looked up by indexes, in the partitions of the time, under the row policy."""

from typing import Any

import psycopg
import pytest

from gis_gov.db.run import sql_file

MADE = """
    select position_days(array['2026-03-01', '2026-03-02', '2026-03-03']::date[]);
    insert into worker (id, code, name) select n, 'w' || n, 'n' from generate_series(3, 40) as n;
    insert into position (device, time, worker_id, geom)
    select 'd' || w, '2026-03-01 08:00+08'::timestamptz + n * interval '1 minute', w,
        st_point(113.1 + w / 500.0 + n / 1e5, 22.05, 4490)
    from generate_series(1, 40) as w, generate_series(0, 500) as n;
    analyze position;
"""
REACHES = ('{"all": true}', '{"areas": [2]}')


@pytest.mark.parametrize("reach", REACHES)
def test_it_reads_by_indexes_what_lies_in_the_time(people_url: str, reach: str) -> None:
    asked = {
        "west": 113.11,
        "south": 22.04,
        "east": 113.13,
        "north": 22.06,
        "since": "2026-03-01 09:00+08",
        "until": "2026-03-01 12:00+08",
        "most": 1000,
    }
    with psycopg.connect(people_url) as conn:
        conn.execute(MADE)
        conn.execute("select set_config('gis_gov.reach_track', %s, false)", [reach])
        conn.execute("set role gis_gov_app")
        # The tables are small.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            conn.execute("select set_config(%s, 'off', false)", [f"enable_{way}"])
        explain = "explain (analyze, costs off, timing off) " + sql_file(
            "gis_gov.patrols", "fixes_near"
        )
        plan: list[Any] = [line for (line,) in conn.execute(explain, asked)]
    told = "\n".join(plan)
    assert "Seq Scan on position" not in told
    assert "position_20260301_" in told
    others = [line for line in plan if "on position_2026030" in line and "0301" not in line]
    assert all("never executed" in line for line in others)
    own = [line for line in plan if "Index Cond" in line and "worker_id = w" in line]
    # Fixes of five minutes a time, not those of hours to be sifted.
    assert own
    assert all("begins_at" in line and "ends_at" in line for line in own), told
