-- Of which kinds a count may have changed since a snapshot, by whom it did not see; see read.sql.
select
    n.now::text as read_to,
    (select m.system_identifier from pg_control_system() as m)::text as system_id,
    (
        select d.oid
        from pg_database as d
        where d.datname = current_database()
    )::text as database_id,
    (select h.xact from change_horizon as h)::text as horizon,
    array(
        select distinct c.kind
        from change as c
        where
            c.xact >= pg_snapshot_xmin(%(since)s::pg_snapshot)
            and not pg_visible_in_snapshot(c.xact, %(since)s::pg_snapshot)
            and pg_visible_in_snapshot(c.xact, n.now)
            and c.is_counted
    ) as kinds
from (select pg_current_snapshot() as now) as n
