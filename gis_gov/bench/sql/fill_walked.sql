insert into walked_day (worker_id, day, cells)
select
    w.id as worker_id,
    %(day)s,
    w.cells
from bench_walked as w
