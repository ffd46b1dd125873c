-- Servers fetch their keys anew when others are needed.

create function announce_sealing_key() returns trigger
language plpgsql
as $$
begin
    perform pg_notify('sealing_key', '');
    return null;
end
$$;

create trigger sealing_key_announce after insert or delete on sealing_key
for each statement execute function announce_sealing_key();

grant select, insert on sealing_key to gis_gov_app;
