-- Who may grant every role everywhere and without end.
select a.id
from account as a
where
    a.disabled_at is null
    and exists (
        select from role_grant as g
        where
            g.account_id = a.id
            and g.id <> coalesce(%(without_grant)s, 0)
            and g.role = any(%(roles)s)
            and num_nonnulls(g.area_id, g.grid_id, g.department, g.person_classes, g.valid_to) = 0
            and g.valid_from <= %(today)s
    )
order by a.id
