-- Events of a time are counted from the index alone, with what the row policies ask for: their rows lie
-- all over the table.
create index event_reported_idx on event (reported_at)
include (cell, grid_id, area_id, department);
drop index event_reported_at_idx;

-- The change log tells what may have changed a count. An update of few things that leaves all that decides
-- counts as it was (an event is handled, a camera renamed) has not; whatever else is written may have.
alter table change add column is_counted boolean not null default true;

create or replace function log_change() returns trigger
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
    -- Not all that decides a count is named, but all that decides none: what is new counts.
    uncounted constant text[] := case tg_table_name
        when 'address' then array[
            'full_text', 'elements', 'aliases', 'attrs', 'source_datum', 'source_x', 'source_y',
            'place_method', 'accuracy_m', 'updated_at'
        ]
        when 'person' then array[
            'name', 'id_number_sealed', 'id_number_digest', 'phone_sealed', 'phone_digest',
            'phone_digest_1', 'phone_digest_2', 'phone_digest_3', 'tags', 'attrs', 'updated_at'
        ]
        when 'house' then array['name', 'usage', 'attrs', 'updated_at']
        when 'enterprise' then array[
            'name', 'uscc', 'contact_name', 'phone_sealed', 'phone_digest', 'phone_digest_1',
            'phone_digest_2', 'phone_digest_3', 'attrs', 'updated_at'
        ]
        when 'resource' then array[
            'name', 'owner', 'stream_url', 'gb28181_id', 'azimuth_deg', 'field_of_view_deg',
            'range_m', 'sector', 'attrs', 'source_datum', 'source_x', 'source_y', 'place_method',
            'accuracy_m', 'updated_at'
        ]
        when 'event' then array[
            'external_code', 'title', 'description', 'state', 'level', 'source', 'due_at',
            'closed_at', 'worker_id', 'address_text', 'attrs', 'source_datum', 'source_x',
            'source_y', 'place_method', 'accuracy_m', 'updated_at'
        ]
    end;
    touched integer;
    is_counted boolean := true;
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
    if tg_op = 'UPDATE' and uncounted is not null and touched <= few_max then
        -- As JSON a geometry is rounded.
        execute format(
            $query$
                select exists (
                    select to_jsonb(r) - 'geom'::text - $1, %1$s from old_rows as r
                    except all
                    select to_jsonb(r) - 'geom'::text - $1, %1$s from new_rows as r
                )
            $query$,
            case
                when tg_table_name in ('person', 'enterprise') then 'null'
                else 'r.geom::bytea'
            end
        ) into is_counted using uncounted;
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
                west, south, east, north, is_counted
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
                greatest(c.north, case when %5$L::boolean then g.north end),
                %6$L::boolean
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
        written, touched <= few_max, tg_argv[2], tg_argv[1], is_boxed_by_grid, is_counted
    );
    perform pg_notify('change', '');
    return null;
end
$$;
