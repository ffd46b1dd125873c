-- Of what was committed between two snapshots, only which kinds, classes and places were written, for
-- when it is too much to be told one by one. Who a worker is decides on who may know.
select distinct
    c.kind,
    c.row_class,
    c.area_id,
    c.grid_id,
    c.for_all,
    case when c.kind = 'worker' then c.object_id end as object_id
from change as c
where
    c.xact >= pg_snapshot_xmin(%(since)s::pg_snapshot)
    and not pg_visible_in_snapshot(c.xact, %(since)s::pg_snapshot)
    and pg_visible_in_snapshot(c.xact, %(until)s::pg_snapshot)
order by c.kind, c.row_class, c.area_id, c.grid_id, object_id, c.for_all
limit %(most)s
