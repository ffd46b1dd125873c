-- A browser's session with its account, as long as the account may be used.
select
    s.id as session_id,
    s.seen_at,
    s.ends_at,
    s.method,
    a.id as account_id,
    a.name,
    a.worker_id,
    a.password_must_change,
    a.password_set_at
from session as s
inner join account as a on s.account_id = a.id
where s.token_hash = %(token_hash)s and s.ends_at > now() and a.disabled_at is null
