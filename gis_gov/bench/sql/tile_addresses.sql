-- A vector tile of the addresses, as one would write it by hand: by hexagon up to zoom 15, from the kept counts.
with side as (
    select
        st_tileenvelope(%(z)s, %(x)s, %(y)s) as square,
        st_transform(st_tileenvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096), 4490) as reach,
        st_transform(st_tileenvelope(%(z)s, %(x)s, %(y)s), 4490) as exact
)

select st_asmvt(tile, 'addresses', 4096, 'geom', 'id')
from (
    select
        null as id,
        to_hex(c.cell) as cell,
        null as code,
        null as full_text,
        null as level,  -- noqa: RF04
        c.count,
        st_asmvtgeom(
            st_transform(st_setsrid(st_point(c.lon, c.lat), 4490), 3857), s.square, 4096, 64, true
        ) as geom
    from side as s
    cross join lateral (
        select
            cell_parent(t.cell, round(8 + (%(z)s - 10) * 0.7124)::integer) as cell,
            sum(t.count)::integer as count,
            sum(t.lon * t.count) / sum(t.count) as lon,
            sum(t.lat * t.count) / sum(t.count) as lat
        from (
            select
                k.cell,
                k.count,
                (k.west + k.east) / 2 as lon,
                (k.south + k.north) / 2 as lat
            from coarse_tally as k
            where %(z)s <= 12 and k.layer in ('public_addresses', 'room_addresses') and k.count > 0
            union all
            select
                k.cell,
                k.count,
                (k.west + k.east) / 2 as lon,
                (k.south + k.north) / 2 as lat
            from tally as k
            where
                %(z)s between 13 and 15
                and k.layer in ('public_addresses', 'room_addresses')
                and k.count > 0
                and k.west between st_xmin(s.exact) - 0.0006 and st_xmax(s.exact)
                and k.south between st_ymin(s.exact) - 0.0006 and st_ymax(s.exact)
        ) as t
        where
            t.cell <> 0
            and t.lon >= st_xmin(s.exact)
            and t.lon < st_xmax(s.exact)
            and t.lat >= st_ymin(s.exact)
            and t.lat < st_ymax(s.exact)
        group by 1
    ) as c
    union all
    select
        a.id,
        null as cell,
        a.code,
        a.full_text,
        a.known_level as level,  -- noqa: RF04
        1 as count,
        st_asmvtgeom(st_transform(a.geom, 3857), s.square, 4096, 64, true) as geom
    from side as s
    inner join address as a on a.geom && s.reach
    where %(z)s >= 16 and a.valid_to is null
    order by 1, 2
) as tile
