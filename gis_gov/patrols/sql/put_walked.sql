insert into walked_day as w (worker_id, day, cells)
values (%(worker_id)s, %(day)s, %(cells)s)
on conflict (worker_id, day) do update
set cells = excluded.cells
where w.cells is distinct from excluded.cells
