-- Accounts by name, as far as a right reaches: one who holds a role elsewhere is not told of. One
-- without any role lies nowhere, and is told of to who made it.
select
    a.id,
    a.name,
    a.display_name,
    a.password_must_change,
    a.totp_confirmed,
    a.created_at,
    a.disabled_at is not null as is_disabled,
    coalesce(a.locked_until > now(), false) as is_locked,
    array(
        select distinct g.role
        from role_grant as g
        where g.account_id = a.id and (g.valid_to is null or g.valid_to >= %(today)s)
        order by g.role
    ) as role_names
from account as a
where
    (%(name)s::text is null or a.name = %(name)s)
    and (%(after)s::text is null or a.name > %(after)s)
    and (
        %(everywhere)s
        or (
            (
                a.created_by = %(asked_by)s
                or exists (
                    select from role_grant as g
                    where g.account_id = a.id
                )
            )
            and not exists (
                select from role_grant as g
                left join grid as gr on g.grid_id = gr.id
                where
                    g.account_id = a.id
                    and not coalesce(
                        g.grid_id = any(%(grids)s::bigint[])
                        or coalesce(g.area_id, gr.area_id) = any(%(areas)s::bigint[]),
                        false
                    )
            )
        )
    )
order by a.name
limit %(at_most)s
