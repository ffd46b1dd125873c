-- The change log: what was written, where, by whomever. Servers read it as they are told to on the
-- channel `change`, for live streams and for the versions of tiles; nobody else may, as it tells of
-- persons. A row is one thing, or of a statement that touched many, one area, grid and class of them.
-- Old rows count as new ones do: what moves changes both its places.

-- Are few things touched, each has a row of its own.
create function log_change() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    few_max constant integer := 100;
    is_boxed_by_grid constant boolean := tg_argv[0] = 'by_grid';
    written constant text := case tg_op
        when 'INSERT' then 'select * from new_rows'
        when 'DELETE' then 'select * from old_rows'
        else 'select * from old_rows union all select * from new_rows'
    end;
    touched integer;
begin
    -- What is sealed by another key is no other value.
    if coalesce(current_setting('gis_gov.resealing', true), '') = 'on' then
        return null;
    end if;
    execute format(
        'select count(*) from (select from %I limit %s) as r',
        case tg_op when 'DELETE' then 'old_rows' else 'new_rows' end, few_max + 1
    ) into touched;
    if touched = 0 then
        return null;
    end if;
    execute format(
        $query$
            with written as (%1$s), gathered as (
                select
                    t.row_class,
                    t.area_id,
                    t.grid_id,
                    case when %2$L::boolean then t.object_id end as object_id,
                    case when %2$L::boolean then t.object_code end as object_code,
                    min(t.west) as west,
                    min(t.south) as south,
                    max(t.east) as east,
                    max(t.north) as north
                from (%3$s) as t
                group by 1, 2, 3, 4, 5
            )
            insert into change (
                kind, row_class, area_id, grid_id, object_id, object_code,
                west, south, east, north
            )
            select
                %4$L,
                c.row_class,
                c.area_id,
                c.grid_id,
                c.object_id,
                c.object_code,
                least(c.west, case when %5$L::boolean then g.west end),
                least(c.south, case when %5$L::boolean then g.south end),
                greatest(c.east, case when %5$L::boolean then g.east end),
                greatest(c.north, case when %5$L::boolean then g.north end)
            from gathered as c
            left join lateral (
                -- A grid that is gone says nothing of where it was.
                select
                    coalesce(min(st_xmin(b.geom)), '-infinity') as west,
                    coalesce(min(st_ymin(b.geom)), '-infinity') as south,
                    coalesce(max(st_xmax(b.geom)), 'infinity') as east,
                    coalesce(max(st_ymax(b.geom)), 'infinity') as north
                from grid as b
                where b.id = c.grid_id
            ) as g on %5$L::boolean and c.grid_id is not null
        $query$,
        written, touched <= few_max, tg_argv[2], tg_argv[1], is_boxed_by_grid
    );
    perform pg_notify('change', '');
    return null;
end
$$;

-- Of a table that was emptied, and of names that any thing may bear: all there is may have changed.
create function log_change_of_all() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into change (kind, for_all, west, south, east, north)
    values (tg_argv[0], true, '-infinity', '-infinity', 'infinity', 'infinity');
    perform pg_notify('change', '');
    return null;
end
$$;

-- Per table: whether the box of the grid is the box, the kind, and a query over `written` that tells of
-- each row what is kept of it. A box of infinities is anywhere, none at all is on no map.
do $$
declare
    logged record;
    event record;
begin
    for logged in
        select *
        from (values
            ('area', 'own', 'area', $sql$
                select
                    r.id as object_id, null::text as object_code, null::text as row_class,
                    r.id as area_id, null::bigint as grid_id,
                    least(st_xmin(r.geom), g.west) as west,
                    least(st_ymin(r.geom), g.south) as south,
                    greatest(st_xmax(r.geom), g.east) as east,
                    greatest(st_ymax(r.geom), g.north) as north
                from written as r
                cross join lateral (
                    select
                        min(st_xmin(b.geom)) as west,
                        min(st_ymin(b.geom)) as south,
                        max(st_xmax(b.geom)) as east,
                        max(st_ymax(b.geom)) as north
                    from grid as b
                    where b.area_id = r.id
                ) as g
            $sql$),
            ('grid', 'own', 'grid', $sql$
                select
                    r.id as object_id, null::text as object_code, null::text as row_class,
                    r.area_id, r.id as grid_id,
                    st_xmin(r.geom) as west, st_ymin(r.geom) as south,
                    st_xmax(r.geom) as east, st_ymax(r.geom) as north
                from written as r
            $sql$),
            ('address', 'own', 'address', $sql$
                select
                    r.id as object_id, null::text as object_code,
                    case when coalesce(r.level, 60) >= 60 then 'room' end as row_class,
                    r.area_id, r.grid_id,
                    st_x(r.geom) as west, st_y(r.geom) as south,
                    st_x(r.geom) as east, st_y(r.geom) as north
                from written as r
            $sql$),
            ('resource', 'own', 'resource', $sql$
                select
                    r.id as object_id, null::text as object_code,
                    case when r.class in ('face', '人脸') then 'face' end as row_class,
                    r.area_id, r.grid_id,
                    st_x(r.geom) as west, st_y(r.geom) as south,
                    st_x(r.geom) as east, st_y(r.geom) as north
                from written as r
            $sql$),
            ('event', 'own', 'event', $sql$
                select
                    r.id as object_id, r.code as object_code, r.department as row_class,
                    r.area_id, r.grid_id,
                    st_x(r.geom) as west, st_y(r.geom) as south,
                    st_x(r.geom) as east, st_y(r.geom) as north
                from written as r
            $sql$),
            -- As it is inserted, what an address places has not got its place from it yet.
            ('person', 'by_grid', 'person', $sql$
                select
                    r.id as object_id, null::text as object_code, r.person_class as row_class,
                    coalesce(r.area_id, a.area_id) as area_id,
                    coalesce(r.grid_id, a.grid_id) as grid_id,
                    st_x(a.geom) as west, st_y(a.geom) as south,
                    st_x(a.geom) as east, st_y(a.geom) as north
                from written as r
                left join address as a on r.grid_id is null and a.id = r.address_id
            $sql$),
            ('enterprise', 'by_grid', 'enterprise', $sql$
                select
                    r.id as object_id, null::text as object_code, null::text as row_class,
                    coalesce(r.area_id, a.area_id) as area_id,
                    coalesce(r.grid_id, a.grid_id) as grid_id,
                    st_x(a.geom) as west, st_y(a.geom) as south,
                    st_x(a.geom) as east, st_y(a.geom) as north
                from written as r
                left join address as a on r.grid_id is null and a.id = r.address_id
            $sql$),
            -- A building is drawn with the number of its dwellings.
            ('house', 'by_grid', 'house', $sql$
                select
                    r.id as object_id, null::text as object_code,
                    nullif(r.kind, 'building') as row_class,
                    coalesce(r.area_id, a.area_id) as area_id,
                    coalesce(r.grid_id, a.grid_id) as grid_id,
                    coalesce(st_xmin(r.geom), st_x(a.geom)) as west,
                    coalesce(st_ymin(r.geom), st_y(a.geom)) as south,
                    coalesce(st_xmax(r.geom), st_x(a.geom)) as east,
                    coalesce(st_ymax(r.geom), st_y(a.geom)) as north
                from written as r
                left join address as a on r.grid_id is null and a.id = r.address_id
                union all
                select
                    p.id, null, nullif(p.kind, 'building'),
                    coalesce(p.area_id, a.area_id), coalesce(p.grid_id, a.grid_id),
                    coalesce(st_xmin(p.geom), st_x(a.geom)),
                    coalesce(st_ymin(p.geom), st_y(a.geom)),
                    coalesce(st_xmax(p.geom), st_x(a.geom)),
                    coalesce(st_ymax(p.geom), st_y(a.geom))
                from (select distinct r.parent_id from written as r) as d
                inner join house as p on d.parent_id = p.id
                left join address as a on p.grid_id is null and a.id = p.address_id
            $sql$),
            -- Where a worker is drawn, no row of the worker tells; who may see him hangs on his grids.
            ('worker', 'own', 'worker', $sql$
                select
                    r.id as object_id, null::text as object_code, null::text as row_class,
                    r.area_id, null::bigint as grid_id,
                    '-infinity'::double precision as west, '-infinity'::double precision as south,
                    'infinity'::double precision as east, 'infinity'::double precision as north
                from written as r
                union all
                select
                    r.id, null, null, null, w.grid_id,
                    '-infinity', '-infinity', 'infinity', 'infinity'
                from written as r
                inner join grid_worker as w on r.id = w.worker_id
            $sql$),
            ('grid_worker', 'own', 'worker', $sql$
                select
                    r.worker_id as object_id, null::text as object_code, null::text as row_class,
                    null::bigint as area_id, r.grid_id,
                    '-infinity'::double precision as west, '-infinity'::double precision as south,
                    'infinity'::double precision as east, 'infinity'::double precision as north
                from written as r
            $sql$)
        ) as l (name, box, kind, source)
    loop
        for event in
            select *
            from (values
                ('insert', 'new table as new_rows'),
                ('delete', 'old table as old_rows'),
                ('update', 'old table as old_rows new table as new_rows')
            ) as e (name, transition)
        loop
            execute format(
                'create trigger %1$s_change_%2$s after %2$s on %1$I referencing %3$s'
                ' for each statement execute function log_change(%4$L, %5$L, %6$L)',
                logged.name, event.name, event.transition, logged.box, logged.kind, logged.source
            );
        end loop;
        execute format(
            'create trigger %1$s_change_truncate after truncate on %1$I'
            ' for each statement execute function log_change_of_all(%2$L)',
            logged.name, logged.kind
        );
    end loop;
end
$$;

create trigger event_class_change
after insert or update or delete or truncate on event_class
for each statement execute function log_change_of_all('event');

-- Drop what is older, an hour at least, and keep note up to which transaction rows may be missing. Of
-- those who come at the same time, one does it.
create function prune_changes(kept_h double precision) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    dropped bigint;
    newest xid8;
begin
    if not pg_try_advisory_xact_lock(7405006) then
        return 0;
    end if;
    with gone as (
        delete from change as c
        where c.made_at < clock_timestamp() - make_interval(secs => greatest(kept_h, 1) * 3600)
        returning c.xact
    )
    select
        count(*),
        (array_agg(g.xact order by g.xact desc))[1]
    into dropped, newest
    from gone as g;
    if dropped > 0 then
        insert into change_horizon as h (xact) values (newest)
        on conflict (one) do update set xact = greatest(h.xact, excluded.xact);
    end if;
    return dropped;
end
$$;
revoke execute on function prune_changes(double precision) from public;
grant execute on function prune_changes(double precision) to gis_gov_app;

-- No right of anybody's opens them: only the server's own scope reaches `change`.
alter table change enable row level security;
alter table change_horizon enable row level security;
create policy change_reach on change to gis_gov_app using (
    (select reach_everywhere('change'))
);
create policy change_horizon_reach on change_horizon to gis_gov_app using (
    (select reach_everywhere('change'))
);
grant select on change, change_horizon to gis_gov_app;
