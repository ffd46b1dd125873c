-- What is sealed by another key is no other value: a rotation leaves the time of the last change.
create or replace function touch_updated_at() returns trigger
language plpgsql
as $$
begin
    if coalesce(current_setting('gis_gov.resealing', true), '') <> 'on' then
        new.updated_at := now();
    end if;
    return new;
end
$$;
