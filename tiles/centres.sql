-- Governance centres; gathered by cell below zoom 12.
create or replace function tile_centres(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return tile_resources(z, x, y, query, 'centres', 'centre', 12);
end
$$;
