-- Which counts tell of persons: those by class, too, where who asks may read some classes only.
create or replace function tile_layers_of_persons() returns text[]
language sql stable parallel safe
as $$
    select case
        when reach_of('person') -> 'of' <> '{}'
            then array[
                'persons', 'persons_service', 'persons_control', 'persons_rely', 'persons_other'
            ]
        else array['persons']
    end
$$;

-- Persons gathered for who may not see where somebody lives: each at the middle of the grid, as lists
-- tell them, by squares of the tile in which these middles lie. The cells of the homes are not read: in
-- a grid larger than a hexagon they would tell where in it somebody lives. So there is no `cell`. (What
-- has a grid has a place, though it may have no cell yet.)
drop function if exists tile_persons_by_grid(integer, integer, integer);
create or replace function tile_persons_by_grid(
    z integer, x integer, y integer, query json
)
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return (
        select st_asmvt(t, 'persons', 4096, 'geom' order by t.geom)
        from (
            select
                sum(c.count)::integer as count,
                tile_geom(
                    st_setsrid(
                        st_point(
                            sum(g.lon * c.count) / sum(c.count), sum(g.lat * c.count) / sum(c.count)
                        ),
                        4490
                    ),
                    f.square
                ) as geom
            from tile_frame(z, x, y, query) as f
            cross join lateral (
                select
                    n.id,
                    st_x(st_centroid(n.geom)) as lon,
                    st_y(st_centroid(n.geom)) as lat
                from grid as n
                where n.geom && f.reach
                offset 0  -- the middles are computed once a grid, not once a count
            ) as g
            inner join coarse_tally as c
                on g.id = c.grid_id and c.layer = any(tile_layers_of_persons())
            cross join lateral (
                select
                    (
                        (select reach_everywhere('person'))
                        or c.area_id in (select reach_areas('person'))
                        or c.grid_id in (select reach_grids('person'))
                    ) as is_open
            ) as w
            where
                c.count > 0
                and g.lon >= f.west
                and g.lon < f.east
                and g.lat >= f.south
                and g.lat < f.north
                and case
                    when c.layer <> 'persons'
                        then not (
                            w.is_open
                            and (
                                (select reach_everywhere('count_person'))
                                or c.area_id in (select reach_areas('count_person'))
                                or c.grid_id in (select reach_grids('count_person'))
                            )
                        )
                    else w.is_open
                end
            group by
                floor((g.lon - f.west) / (f.east - f.west) * 32),
                floor((g.lat - f.south) / (f.north - f.south) * 32),
                f.square
        ) as t
    );
end
$$;

-- How many persons live at an address: counts only, no person; gathered below zoom 16. Who may
-- not see rooms gets the persons of a point together, and who may not see where somebody lives gets
-- those of a grid together at its middle, as lists tell them.
create or replace function tile_persons(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if tile_zoom(z, query) < 16 then
        return case
            when reach_of('place') = reach_of('person')
                then tile_clusters(z, x, y, query, 'persons', tile_layers_of_persons(), 'person')
            else tile_persons_by_grid(z, x, y, query)
        end;
    end if;
    return (
        with near as materialized (
            select
                a.id,
                a.geom,
                coalesce(a.known_level < 60, false)
                or (select reach_everywhere('room'))
                or coalesce(a.area_id in (select reach_areas('room')), false)
                or coalesce(a.grid_id in (select reach_grids('room')), false) as is_told
            from tile_frame(z, x, y, query) as f
            inner join address as a on a.geom && f.reach
        ), placed as (
            select
                p.address_id,
                count(*)::integer as count
            from person as p
            where
                p.address_id = any(array(select n.id from near as n))
                and (
                    (select reach_everywhere('place'))
                    or p.area_id in (select reach_areas('place'))
                    or p.grid_id in (select reach_grids('place'))
                    or p.person_class in (select reach_classes('place'))
                    or (p.area_id, p.person_class) in (
                        select
                            r.area_id,
                            r.row_class
                        from reach_areas_by_class('place') as r
                    )
                    or (p.grid_id, p.person_class) in (
                        select
                            r.grid_id,
                            r.row_class
                        from reach_grids_by_class('place') as r
                    )
                )
            group by p.address_id
        ), masked as (
            select
                p.grid_id,
                count(*)::integer as count
            from person as p
            where
                reach_of('place') is distinct from reach_of('person')
                and p.grid_id = any(array(
                    select g.id
                    from tile_frame(z, x, y, query) as f
                    inner join grid as g on g.geom && f.reach
                ))
                and not coalesce(
                    (select reach_everywhere('place'))
                    or p.area_id in (select reach_areas('place'))
                    or p.grid_id in (select reach_grids('place'))
                    or p.person_class in (select reach_classes('place'))
                    or (p.area_id, p.person_class) in (
                        select
                            r.area_id,
                            r.row_class
                        from reach_areas_by_class('place') as r
                    )
                    or (p.grid_id, p.person_class) in (
                        select
                            r.grid_id,
                            r.row_class
                        from reach_grids_by_class('place') as r
                    ),
                    false
                )
            group by p.grid_id
        )

        select st_asmvt(t, 'persons', 4096, 'geom', 'id' order by t.id, t.geom)
        from (
            select
                n.id,
                p.count,
                tile_geom(n.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join near as n
            inner join placed as p on n.id = p.address_id
            where n.is_told
            union all
            select
                null as id,
                sum(p.count)::integer as count,
                tile_geom(n.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join near as n
            inner join placed as p on n.id = p.address_id
            where not n.is_told
            group by n.geom, f.square
            union all
            select
                null as id,
                m.count,
                tile_geom(st_centroid(g.geom), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join masked as m
            inner join grid as g on m.grid_id = g.id
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
