insert into session (token_hash, account_id, ends_at, client, method)
values (
    %(token_hash)s,
    %(account_id)s,
    now() + make_interval(secs => %(lasts_s)s),
    %(client)s,
    %(method)s
)
