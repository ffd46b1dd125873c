-- Points of interest; gathered by cell below zoom 13.
create or replace function tile_pois(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return tile_resources(z, x, y, query, 'pois', 'poi', 13);
end
$$;
