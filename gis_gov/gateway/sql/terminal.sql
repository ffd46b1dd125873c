select
    d.code as device,
    d.terminal_id,
    d.secret_digest as code_digest
from device as d
where ltrim(d.terminal, '0') = %(phone)s
