-- TRUNCATE fires no row trigger: that rights were emptied at a stroke is announced to all at once, as the
-- empty payload.
create function announce_access_emptied() returns trigger
language plpgsql
as $$
begin
    perform pg_notify('access', '');
    return null;
end
$$;

create trigger account_announce_truncate after truncate on account
for each statement execute function announce_access_emptied();
create trigger api_key_announce_truncate after truncate on api_key
for each statement execute function announce_access_emptied();
create trigger role_grant_announce_truncate after truncate on role_grant
for each statement execute function announce_access_emptied();
create trigger session_announce_truncate after truncate on session
for each statement execute function announce_access_emptied();
