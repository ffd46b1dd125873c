-- Begin the count anew, if the account is still the one that was compared: whoever changed the
-- password or the second factor meanwhile has shut out who came with the old one.
update account set
    failures = 0,
    locked_until = null
where
    id = %(id)s
    and disabled_at is null
    and password_hash = %(password_hash)s
    and totp_confirmed = %(totp_confirmed)s
    and (not totp_confirmed or totp_sealed = %(totp_sealed)s)
