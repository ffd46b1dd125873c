-- How many persons live at an address: counts only, no person; gathered by cell below zoom 14. Who may
-- not see rooms gets the persons of a point together, and who may not see where somebody lives gets
-- those of a grid together at its middle, as lists tell them.
create or replace function tile_persons(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if z < 14 then
        return tile_clusters(
            z, x, y, 'persons', array['persons'], 'person',
            case when reach_of('place') = reach_of('person') then 12 else 9 end
        );
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
            from tile_frame(z, x, y) as f
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
                    from tile_frame(z, x, y) as f
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
                tile_geom(n.geom, f.mercator) as geom
            from tile_frame(z, x, y) as f
            cross join near as n
            inner join placed as p on n.id = p.address_id
            where n.is_told
            union all
            select
                null as id,
                sum(p.count)::integer as count,
                tile_geom(n.geom, f.mercator) as geom
            from tile_frame(z, x, y) as f
            cross join near as n
            inner join placed as p on n.id = p.address_id
            where not n.is_told
            group by n.geom, f.mercator
            union all
            select
                null as id,
                m.count,
                tile_geom(st_centroid(g.geom), f.mercator) as geom
            from tile_frame(z, x, y) as f
            cross join masked as m
            inner join grid as g on m.grid_id = g.id
        ) as t
        where t.geom is not null
    );
end
$$;
