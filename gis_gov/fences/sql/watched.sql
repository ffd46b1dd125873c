-- The fences that raise alarms, as they are now.
select
    f.id as fence_id,
    v.id as version_id,
    f.tells,
    f.away_s,
    f.alone_s,
    f.near_m,
    f.near_s
from fence as f
inner join fence_version as v on f.id = v.fence_id and v.ends_at is null
where f.tells && array['inside', 'outside'] or f.alone_s is not null or f.near_m is not null
order by f.id
