-- Hexagons with any figures, as of hot spots or of what has changed: the query brings them along as `hexagons`, an
-- array of `cell`, `told` (an object whose members are told as they are) and `shape` (WKB as hexadecimal digits,
-- EPSG:4490). They come from whoever compares; see heat_hexagons.sql.
create or replace function tile_heat_figures(z integer, x integer, y integer, query json default '{}')
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
                h.told,
                tile_geom(st_geomfromwkb(decode(h.shape, 'hex'), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join json_to_recordset(query -> 'hexagons') as h (cell text, told jsonb, shape text)
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
