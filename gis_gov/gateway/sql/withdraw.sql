update device as d
set secret_digest = null
where ltrim(d.terminal, '0') = %(phone)s
