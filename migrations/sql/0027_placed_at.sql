-- Whether an address has people or enterprises, whoever asks: the server has to know before it lets
-- somebody move them along to where he may see more of them. It tells neither who nor how many.
create function placed_at(address bigint) returns table (persons boolean, enterprises boolean)
language sql stable security definer set search_path = public, pg_temp
as $$
    select
        exists (select from person as p where p.address_id = address) as persons,
        exists (select from enterprise as e where e.address_id = address) as enterprises
$$;
revoke execute on function placed_at(bigint) from public;
grant execute on function placed_at(bigint) to gis_gov_app;
