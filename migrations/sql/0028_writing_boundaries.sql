-- Who may write grids and areas, and where. Everybody reads them (docs/decisions.md, 10). A place itself is
-- drawn by who may write above it: else somebody would draw it larger, and have what lies in there.

grant insert (
    code, name, layer, area_id, parent_id, households, population, valid_from, valid_to, geom
) on grid to gis_gov_app;
grant update (
    name, layer, area_id, parent_id, households, population, valid_from, valid_to, geom
) on grid to gis_gov_app;
grant insert (code, name, level, parent_id, valid_from, valid_to, geom) on area to gis_gov_app;
grant update (name, level, parent_id, valid_from, valid_to, geom) on area to gis_gov_app;
grant delete on grid, area to gis_gov_app;

alter table grid enable row level security;
create policy grid_read on grid for select to gis_gov_app using (true);
create policy grid_insert on grid for insert to gis_gov_app with check (
    (select reach_everywhere('grid_write')) or area_id in (select reach_areas('grid_write'))
);
create policy grid_update on grid for update to gis_gov_app using (
    (select reach_everywhere('grid_write')) or area_id in (select reach_areas('grid_write'))
) with check (
    (select reach_everywhere('grid_write')) or area_id in (select reach_areas('grid_write'))
);
create policy grid_delete on grid for delete to gis_gov_app using (
    (select reach_everywhere('grid_write')) or area_id in (select reach_areas('grid_write'))
);

alter table area enable row level security;
create policy area_read on area for select to gis_gov_app using (true);
create policy area_insert on area for insert to gis_gov_app with check (
    (select reach_everywhere('area_write')) or parent_id in (select reach_areas('area_write'))
);
create policy area_update on area for update to gis_gov_app using (
    (select reach_everywhere('area_write')) or parent_id in (select reach_areas('area_write'))
) with check (
    (select reach_everywhere('area_write')) or parent_id in (select reach_areas('area_write'))
);
create policy area_delete on area for delete to gis_gov_app using (
    (select reach_everywhere('area_write')) or parent_id in (select reach_areas('area_write'))
);

-- Paths are the database's own, whoever moves an area.
alter function area_path_below() security definer set search_path = public, pg_temp;
revoke execute on function area_path_below() from public;

-- What still hangs on a grid or an area, and how much of it: who may delete it may not see all of that. What
-- follows from points goes elsewhere by itself; an event keeps the grid of its day, and so keeps the grid.
create function hanging_on(kind text, id bigint)
returns table (what text, number bigint)
language sql stable security definer set search_path = public, pg_temp
as $$
select
    u.what,
    u.number
from (
    select
        'grids' as what,
        count(*) as number
    from grid as g
    where ($1 = 'grid' and g.parent_id = $2) or ($1 = 'area' and g.area_id = $2)
    union all
    select
        'areas' as what,
        count(*) as number
    from area as a
    where $1 = 'area' and a.parent_id = $2
    union all
    select
        'workers' as what,
        count(distinct w.worker_id) as number
    from (
        select t.worker_id from grid_worker as t where $1 = 'grid' and t.grid_id = $2
        union all
        select e.id as worker_id from worker as e where $1 = 'area' and e.area_id = $2
    ) as w
    union all
    select
        'grants' as what,
        count(*) as number
    from role_grant as r
    where ($1 = 'grid' and r.grid_id = $2) or ($1 = 'area' and r.area_id = $2)
    union all
    select
        'events' as what,
        count(*) as number
    from event as e
    where $1 = 'grid' and e.grid_id = $2
    union all
    select
        'successions' as what,
        count(*) as number
    from (
        select l.grid_id as id from grid_lineage as l
        where $1 = 'grid' and $2 in (l.grid_id, l.successor_id)
        union all
        select s.area_id as id from area_successor as s where $1 = 'area' and s.area_id = $2
    ) as s
) as u
where
    u.number > 0
    and (
        (
            $1 = 'grid'
            and (
                reach_everywhere('grid_write')
                or exists (
                    select from grid as g
                    where g.id = $2 and g.area_id in (select reach_areas('grid_write'))
                )
            )
        )
        or (
            $1 = 'area'
            and (
                reach_everywhere('area_write')
                or exists (
                    select from area as a
                    where a.id = $2 and a.parent_id in (select reach_areas('area_write'))
                )
            )
        )
    )
$$;

revoke execute on function hanging_on(text, bigint) from public;
grant execute on function hanging_on(text, bigint) to gis_gov_app;
