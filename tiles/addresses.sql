-- Standard addresses; gathered by cell below zoom 16. Parts of buildings, and what may be one because
-- its level is not known, are for those who may see rooms, others have the buildings. Where more than 2,000
-- lie in a tile they are without their text, which then is most of it.
create or replace function tile_addresses(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    is_crowd boolean;
begin
    if tile_zoom(z, query) < 16 then
        return tile_clusters(
            z, x, y, query, 'addresses', array['public_addresses', 'room_addresses'], 'address'
        );
    end if;
    is_crowd := (
        select count(*) > 2000
        from (
            select from tile_frame(z, x, y, query) as f
            inner join address as a on a.geom && f.reach
            where
                a.valid_to is null
                and (
                    a.known_level < 60
                    or (select reach_everywhere('room'))
                    or a.area_id in (select reach_areas('room'))
                    or a.grid_id in (select reach_grids('room'))
                )
            limit 2001
        ) as n
    );
    return (
        select st_asmvt(t, 'addresses', 4096, 'geom', 'id' order by t.id)
        from (
            select
                a.id,
                a.code,
                case
                    when is_crowd then null
                    when s.rooms then a.full_text
                    else address_to_building(a.full_text, a.elements, a.known_level)
                end as full_text,
                a.known_level as level,
                1 as count,
                tile_geom(a.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join address as a on a.geom && f.reach
            cross join lateral (
                select
                    (select reach_everywhere('room'))
                    or coalesce(a.area_id in (select reach_areas('room')), false)
                    or coalesce(a.grid_id in (select reach_grids('room')), false) as rooms
            ) as s
            where a.valid_to is null and (s.rooms or a.known_level < 60)
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
