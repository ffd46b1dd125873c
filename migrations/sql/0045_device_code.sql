-- The code of the device that has stored a fix as itself or as `device@worker`.
create function device_code(device text, worker text) returns text
language sql immutable parallel safe
as $$
    select
        case
            when right(device, length(worker) + 1) = '@' || worker
                then left(device, -length(worker) - 1)
            else device
        end
$$;

-- As in 0038_forwarding.sql, and of devices that a worker named.
create or replace function note_forwarding() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if not exists (select from device as d where d.is_forwarded) then
        return null;
    end if;
    insert into forward_due (device, time)
    select n.device, n.time
    from new_rows as n
    left join worker as w on n.worker_id = w.id
    inner join device as d
        on
            device_code(n.device, w.code) = d.code
            and (n.device = d.code or d.worker_id is null or n.worker_id = d.worker_id)
    where d.is_forwarded and n.rejected_for is null
    order by n.time;
    return null;
end
$$;
