-- Terms that held on no day before today: of others it stays on record who served.
delete from grid_worker as t
using worker as w
where
    w.code = %(code)s
    and t.worker_id = w.id
    and (t.valid_from >= local_today() or t.valid_to = t.valid_from)
