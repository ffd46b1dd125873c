-- Alarms of who was away or alone follow what late fixes show, too, as those of who was inside.
-- What somebody did at some time may matter up to now, on each of the shifts since.
alter table alarm_due rename column first_at to since;
alter table alarm_due drop column last_at;
comment on table alarm_due is 'Alarms of which workers in which fences are to be looked at again, since when.';

create or replace function note_stays() returns trigger
language plpgsql
as $$
declare
    changed bigint[];
begin
    if tg_op = 'INSERT' then
        changed := array(select n.id from new_rows as n);
    else
        changed := array(
            select n.id
            from new_rows as n
            inner join old_rows as o on n.id = o.id
            where
                n.withdrawn_at is distinct from o.withdrawn_at
                -- Where it was; not that this is forgotten.
                or (n.geom is not null and n.geom::bytea is distinct from o.geom::bytea)
        );
    end if;
    insert into alarm_due (worker_id, fence_id, since)
    select n.worker_id, n.fence_id, min(n.at)
    from new_rows as n
    inner join fence_version as v on n.version_id = v.id
    inner join fence as f on n.fence_id = f.id
    where
        n.id = any(changed)
        and n.kind in ('enter', 'exit')
        and (v.tells && array['inside', 'outside'] or f.alone_s is not null)
    group by n.worker_id, n.fence_id;
    return null;
end
$$;

-- What was raised of whom in a fence, so far.
drop index alarm_fence_id_idx;
create index alarm_fence_id_worker_id_idx on alarm (fence_id, worker_id, last_at);
create index alarm_alone_idx on alarm (fence_id, last_at) where kind = 'alone';
comment on column alarm.geom is 'Where the worker was as it was told, or would have been in time; null as soon as the positions of the day since when it was so are not kept.';

-- How a worker passed the edge of a fence before and after some moment.
create index crossing_passed_idx on crossing (worker_id, version_id, at)
where kind <> 'cross' and withdrawn_at is null;
