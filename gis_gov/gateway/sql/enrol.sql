update device as d
set
    terminal_id = %(terminal_id)s,
    secret_digest = %(code_digest)s
where
    ltrim(d.terminal, '0') = %(phone)s
    and coalesce(d.terminal_id, %(terminal_id)s) = %(terminal_id)s
