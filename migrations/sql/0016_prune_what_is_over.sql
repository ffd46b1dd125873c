-- What a transaction that is still under way has not seen is kept, however old it is: the cursors of all
-- who follow begin there, and had a gap before each change. Rows that came in a backup bear numbers
-- that are not given yet; they go by age alone, and are no gap.
create or replace function prune_changes(kept_h double precision) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    now constant pg_snapshot := pg_current_snapshot();
    dropped bigint;
    newest xid8;
begin
    if not pg_try_advisory_xact_lock(7405006) then
        return 0;
    end if;
    with gone as (
        delete from change as c
        where
            c.made_at < clock_timestamp() - make_interval(secs => greatest(kept_h, 1) * 3600)
            and (c.xact < pg_snapshot_xmin(now) or c.xact >= pg_snapshot_xmax(now))
        returning c.xact
    )
    select
        count(*),
        (array_agg(g.xact order by g.xact desc) filter (where g.xact < pg_snapshot_xmin(now)))[1]
    into dropped, newest
    from gone as g;
    if newest is not null then
        insert into change_horizon as h (xact) values (newest)
        on conflict (one) do update set xact = greatest(h.xact, excluded.xact);
    end if;
    return dropped;
end
$$;
