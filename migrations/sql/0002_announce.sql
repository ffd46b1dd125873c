-- Servers keep who may do what in memory; every change of rights is announced as
-- `account:<id>`, `key:<id>` or `session:<id>`.

create function announce_access() returns trigger
language plpgsql
as $$
declare
    changed record := coalesce(new, old);
begin
    perform pg_notify('access', case tg_table_name
        when 'account' then 'account:' || (to_jsonb(changed) ->> 'id')
        when 'api_key' then 'key:' || (to_jsonb(changed) ->> 'id')
        when 'session' then 'session:' || (to_jsonb(changed) ->> 'id')
        else coalesce(
            'account:' || (to_jsonb(changed) ->> 'account_id'),
            'key:' || (to_jsonb(changed) ->> 'key_id')
        )
    end);
    return null;
end
$$;

create trigger account_announce after update or delete on account
for each row execute function announce_access();
create trigger api_key_announce after update or delete on api_key
for each row execute function announce_access();
create trigger role_grant_announce after insert or update or delete on role_grant
for each row execute function announce_access();
-- Not when it is seen again: that happens all the time, and changes no right.
create trigger session_announce after update of ends_at, account_id on session
for each row execute function announce_access();
create trigger session_announce_end after delete on session
for each row execute function announce_access();

create trigger account_touch before update on account
for each row execute function touch_updated_at();
