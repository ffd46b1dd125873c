select
    g.code,
    g.name,
    count(*) as patrols,
    count(distinct p.worker_id) as workers,
    sum(i.valid_mileage_m) as valid_mileage_m,
    sum(i.duration_s) as duration_s
from patrol as p
inner join patrol_grid as i on p.id = i.patrol_id
inner join grid as g on i.grid_id = g.id
where p.begins_at >= %(since)s and p.begins_at < %(until)s
group by g.id
order by g.code
