-- The roles of an account or key, with their places.
select
    g.id,
    g.role,
    a.code as area_code,
    a.name as area_name,
    gr.code as grid_code,
    gr.name as grid_name,
    g.grid_id,
    g.department,
    g.person_classes,
    g.valid_from,
    g.valid_to,
    giver.name as granted_by,
    coalesce(a.path, ga.path) as area_path
from role_grant as g
left join area as a on g.area_id = a.id
left join grid as gr on g.grid_id = gr.id
left join area as ga on gr.area_id = ga.id
left join account as giver on g.granted_by = giver.id
where g.account_id = %(account_id)s or g.key_id = %(key_id)s
order by g.id
