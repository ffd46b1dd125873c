"""Two communities with a worker each, and clients with rights."""

import psycopg
import pytest

from tests.registry.conftest import running, signed_in, write_people

__all__ = ["running", "signed_in"]

WORKERS = """
    insert into worker (id, code, name, kind, area_id) values
    (1, 'W1', '陈一', 'full-time', 2), (2, 'W2', '林二', null, 3);
    insert into grid_worker (grid_id, worker_id, role, valid_from) values
    (1, 1, 'worker', '2020-01-01'), (2, 2, 'worker', '2020-01-01');
    insert into device (code, kind, mode, worker_id) values ('B7', 'vehicle', 'car', 2);
"""


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_people(own_database_url)
    with psycopg.connect(own_database_url) as conn:
        conn.execute(WORKERS)
    return own_database_url
