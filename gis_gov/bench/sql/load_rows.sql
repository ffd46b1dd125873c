-- Copies of addresses, as a file that a loader takes.
copy (
    select
        a.full_text,
        %(prefix)s || a.code as code,
        st_x(a.geom) as lon,
        st_y(a.geom) as lat
    from address as a
    where a.geom is not null and a.valid_to is null
    order by a.id
    limit %(rows)s
) to stdout (format csv, header)
