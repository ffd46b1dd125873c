select
    w.code,
    w.name,
    count(*) as patrols,
    sum(p.mileage_m) as mileage_m,
    sum(p.valid_mileage_m) as valid_mileage_m,
    sum(p.duration_s) as duration_s,
    sum(p.stay_s) as stay_s,
    sum(p.gap_s) as gap_s,
    sum(p.fixes) as fixes,
    sum(p.rejected) as rejected,
    sum(p.own_grid_share * p.duration_s) / nullif(sum(p.duration_s), 0) as own_grid_share,
    (
        select count(*) from patrol_event as e
        inner join patrol as o on e.patrol_id = o.id
        where o.worker_id = w.id and o.begins_at >= %(since)s and o.begins_at < %(until)s
    ) as events_found
from patrol as p
inner join worker as w on p.worker_id = w.id
where p.begins_at >= %(since)s and p.begins_at < %(until)s
group by w.id
order by w.code
