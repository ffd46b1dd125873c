-- Count an attempt as failed before it is judged: many at once are no more than as many in a row.
-- A lock that is over begins the count anew. A one-time password that was not used in time is none.
update account set
    failures = case when locked_until is null then failures + 1 else 1 end,
    locked_until = case
        when (case when locked_until is null then failures + 1 else 1 end) >= %(failures_max)s
            then now() + make_interval(secs => %(lock_s)s)
    end
where
    (name = %(name)s or id = %(account_id)s)
    and disabled_at is null
    and (locked_until is null or locked_until <= now())
    and not (
        password_must_change and password_set_at <= now() - make_interval(days => %(one_time_days)s)
    )
returning id, name, password_hash, former_password_hashes, totp_sealed, totp_confirmed, totp_last_step
