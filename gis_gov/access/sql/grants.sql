-- What an account or a key was granted, each with the areas that it reaches.
select
    g.role as role_name,
    g.grid_id,
    g.department,
    g.person_classes,
    g.valid_from,
    g.valid_to,
    coalesce(a.path, ga.path) as area_path,
    coalesce(below.ids, '{}') as areas
from role_grant as g
left join area as a on g.area_id = a.id
left join grid as gr on g.grid_id = gr.id
left join area as ga on gr.area_id = ga.id
left join lateral (
    select array_agg(b.id) as ids
    from area as b
    where b.path >= a.path and b.path < a.path || 'Z'
) as below on true
where g.account_id = %(account_id)s or g.key_id = %(key_id)s
order by g.id
