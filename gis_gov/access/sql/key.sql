-- A key that is neither expired nor revoked, nor its maker's account closed.
select
    k.id as key_id,
    k.name,
    k.expires_at,
    k.account_id
from api_key as k
left join account as a on k.account_id = a.id
where
    k.token_hash = %(token_hash)s
    and k.expires_at > now()
    and k.revoked_at is null
    and a.disabled_at is null
