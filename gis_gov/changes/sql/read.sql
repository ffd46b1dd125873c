-- What was committed since a snapshot: exactly the rows whose transactions it did not see, whatever
-- order they were committed in. Without one, nothing but where we are. `system_id` and `database_id` tell
-- databases apart, `horizon` is the newest transaction of which rows may have been dropped. Rows that
-- came here in a backup bear the numbers of another server's transactions, and tell nothing.
select
    c.id,
    c.kind,
    c.row_class,
    c.area_id,
    c.grid_id,
    c.object_id,
    c.object_code,
    c.west,
    c.south,
    c.east,
    c.north,
    c.for_all,
    n.now::text as read_to,
    (select m.system_identifier from pg_control_system() as m)::text as system_id,
    (
        select d.oid
        from pg_database as d
        where d.datname = current_database()
    )::text as database_id,
    (select h.xact from change_horizon as h)::text as horizon
from (select pg_current_snapshot() as now) as n
left join
    change as c
    on
        c.xact >= pg_snapshot_xmin(%(since)s::pg_snapshot)
        and not pg_visible_in_snapshot(c.xact, %(since)s::pg_snapshot)
        and pg_visible_in_snapshot(c.xact, coalesce(%(until)s::pg_snapshot, n.now))
order by c.xact, c.id
limit %(most)s
