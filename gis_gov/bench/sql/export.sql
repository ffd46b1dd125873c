-- What an export of all addresses reads, as text.
copy (
    select
        a.code,
        a.full_text,
        a.known_level,
        g.code as grid_code,
        r.code as area_code,
        st_asgeojson(a.geom, 7, 0) as shape
    from address as a
    left join grid as g on a.grid_id = g.id
    left join area as r on a.area_id = r.id
    where a.valid_to is null
    order by a.code
) to stdout
