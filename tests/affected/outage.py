"""A street with homes and works in four grids, and what is told to be affected there."""

from typing import Any

import httpx
import numpy as np
import psycopg
from shapely.geometry import mapping

from gis_gov.affected.schemas import Affected
from tests.sealed import SEALER

EAST, WEST = "440199001001", "440199001002"
PHONE, MASKED = "13800138000", "138****8000"
COUNT = 240
PERSONAL = ["addresses", "dwellings", "persons", "vulnerable_persons"]
WORLD = """
    insert into area (id, code, name, level, geom) values
    (1, '440199001001', '东社区', 'community',
     st_multi(st_makeenvelope(113.32, 22.94, 113.34, 22.98, 4490))),
    (2, '440199001002', '西社区', 'community',
     st_multi(st_makeenvelope(113.30, 22.94, 113.32, 22.98, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select n, 'g' || n, '格' || n, 2 - n / 2,
        st_multi(st_makeenvelope(113.30 + n * 0.01, 22.94, 113.31 + n * 0.01, 22.98, 4490))
    from generate_series(0, 3) as n;
    insert into worker (id, code, name, area_id) values (1, 'W1', '陈一', 1), (2, 'W2', '林二', 2);
    insert into grid_worker (grid_id, worker_id, role, valid_from, valid_to) values
    (2, 1, 'worker', '2024-01-01', null), (0, 2, 'chief', '2024-01-01', null),
    (3, 1, 'worker', '2020-01-01', '2021-01-01');
"""
ADD = """
    with place as (
        insert into address (id, code, full_text, level, geom)
        select n, 'A' || n, '路' || n || '号', 50, st_point(x, y, 4490)
        from unnest(%(x)s::float8[], %(y)s::float8[]) with ordinality as p (x, y, n)
    )
    insert into person (code, name, person_class, address_id)
    select 'P' || n, '人', (array['service', 'control', 'rely', 'other'])[1 + n %% 4], n
    from generate_series(1, %(count)s) as n
"""
MORE = """
    insert into house (code, name, kind, address_id)
    select 'H' || n, '幢', case when n % 3 = 0 then 'building' else 'dwelling' end, n
    from generate_series(1, 240) as n where n % 2 = 0;
    insert into enterprise (code, name, address_id)
    select 'E' || n, '厂', n from generate_series(5, 240, 5) as n;
"""


def points() -> np.ndarray:
    random = np.random.default_rng(4)
    return random.uniform((113.295, 22.935), (113.345, 22.985), (COUNT, 2)).round(7)


def write_outage(url: str) -> None:
    """Write the street into an empty, migrated database."""
    x, y = points().T
    with psycopg.connect(url) as conn:
        conn.execute(WORLD)
        conn.execute(ADD, {"x": x.tolist(), "y": y.tolist(), "count": COUNT})
        conn.execute(MORE)
        conn.execute("update worker set phone_sealed = %s", [SEALER.seal(PHONE, "worker.phone")])


async def ask(site: httpx.AsyncClient, shape: Any, query: str = "", radius_m: float = 0) -> Any:
    body = {"geometry": mapping(shape), "radius_m": radius_m}
    answer = await site.post(f"/affected{query}", json=body)
    assert answer.status_code == 200, answer.text
    Affected.model_validate_json(answer.content)
    told = answer.json()
    for name, count in told["counts"].items():
        parts = [grid["counts"][name] for grid in told["grids"]]
        assert (count is None) == (name in told["withheld"])
        assert all(part is None for part in parts) if count is None else sum(parts) == count
    return told


def expected(inside: np.ndarray) -> dict[str, int]:
    """Count, of the places of which it is said that they count, what is there."""
    numbers = np.arange(1, COUNT + 1)[inside]
    return {
        "addresses": len(numbers),
        "buildings": int(np.sum(numbers % 6 == 0)),
        "dwellings": int(np.sum((numbers % 2 == 0) & (numbers % 3 != 0))),
        "persons": len(numbers),
        "enterprises": int(np.sum(numbers % 5 == 0)),
        "vulnerable_persons": int(np.sum(numbers % 4 == 0)),
    }
