-- Keys, the newest first, with the names of their roles.
select
    k.id,
    k.name,
    a.name as maker,
    k.created_at,
    k.expires_at,
    k.revoked_at,
    array(
        select distinct g.role
        from role_grant as g
        where g.key_id = k.id
        order by g.role
    ) as role_names
from api_key as k
left join account as a on k.account_id = a.id
where
    (%(everyones)s or k.account_id = %(account_id)s)
    and (%(after)s::bigint is null or k.id < %(after)s)
order by k.id desc
limit %(at_most)s
