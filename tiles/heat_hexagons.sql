-- The hexagons of a heat map that the query brings along as `hexagons`, an array of `cell`, `count` (null:
-- withheld), `weight` (null: nothing was weighed) and `shape` (WKB as hexadecimal digits, EPSG:4490). They come
-- from whoever counts: what is told of a hexagon goes by the threshold and its noise, whose secret the database
-- does not have, and PostGIS knows no H3.
create or replace function tile_heat_hexagons(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if json_typeof(query -> 'hexagons') is distinct from 'array' then
        return '';
    end if;
    return (
        select st_asmvt(t, 'heatmap', 4096, 'geom' order by t.cell)
        from (
            select
                h.cell,
                h.count,
                h.weight,
                case when h.count is null then true end as withheld,
                tile_geom(st_geomfromwkb(decode(h.shape, 'hex'), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join json_to_recordset(query -> 'hexagons') as h (
                cell text, count bigint, weight double precision, shape text
            )
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
