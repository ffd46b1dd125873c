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

-- A grant that is handed to somebody else is taken from the one who had it.
create function announce_grant_left() returns trigger
language plpgsql
as $$
begin
    perform pg_notify(
        'access', coalesce('account:' || old.account_id, 'key:' || old.key_id)
    );
    return null;
end
$$;

create trigger role_grant_announce_left after update on role_grant
for each row
when ((old.account_id, old.key_id) is distinct from (new.account_id, new.key_id))
execute function announce_grant_left();
