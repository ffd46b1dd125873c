insert into device (code, name, kind, mode, worker_id)
select
    u.device,
    u.name, -- noqa: RF04
    u.kind,
    u.mode, -- noqa: RF04
    w.id
from unnest(
    %(device)s::text[], %(name)s::text[], %(kind)s::text[], %(mode)s::text[], %(worker)s::text[]
) as u (device, name, kind, mode, worker)
inner join worker as w on u.worker = w.code
on conflict (code) do nothing
