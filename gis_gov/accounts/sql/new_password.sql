-- Keep a new password, and the one before among the former ones.
update account set
    password_hash = %(password_hash)s,
    password_set_at = now(),
    password_must_change = %(must_change)s,
    former_password_hashes = array(
        select f.hash
        from unnest(password_hash || former_password_hashes) with ordinality as f (hash, age)
        where f.hash is not null
        order by f.age
        limit %(kept)s
    ),
    failures = 0,
    locked_until = null
where id = %(account_id)s
