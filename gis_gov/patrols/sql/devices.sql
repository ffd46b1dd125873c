select
    d.code,
    d.worker_id,
    -- What a terminal shows to the gateway goes over the air as it is, and opens nothing else.
    case when d.terminal is null then d.secret_digest end as secret_digest
from device as d
