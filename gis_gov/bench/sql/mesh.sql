-- A district of 16 streets and 275 communities, tiled by 45 x 45 grids.
insert into area (code, name, level) values ('990101', '澄屿区', 'district');

insert into area (code, name, level, parent_id)
select
    d.code || lpad(s.nth::text, 3, '0') as code,
    '第' || s.nth || '街道',
    'street',
    d.id as parent_id
from generate_series(1, 16) as s (nth)
cross join area as d;

insert into area (code, name, level, parent_id)
select
    s.code || lpad(c.nth::text, 3, '0') as code,
    '第' || c.nth || '社区',
    'community',
    s.id as parent_id
from generate_series(0, 274) as c (nth)
inner join area as s on s.code = '990101' || lpad((c.nth % 16 + 1)::text, 3, '0');

insert into grid (code, name, area_id, households, geom)
with community as (
    select
        a.id,
        a.code,
        row_number() over (order by a.code) - 1 as nth
    from area as a
    where a.level = 'community'
)

select
    c.code || lpad(g.nth::text, 4, '0') as code,
    '第' || g.nth || '网格',
    c.id as area_id,
    400 as households,
    st_multi(st_makeenvelope(
        113.24 + (g.nth % 45) * 0.0056, 22.83 + (g.nth / 45) * 0.0044,
        113.24 + (g.nth % 45 + 1) * 0.0056, 22.83 + (g.nth / 45 + 1) * 0.0044, 4490
    )) as geom
from generate_series(0, 2024) as g (nth)
inner join community as c on c.nth = g.nth * 275 / 2025;
