-- Why an account may not be tried, or is not the one that was compared; for the audit only.
select case
    when disabled_at is not null then 'disabled'
    when locked_until > now() then 'locked'
    when password_must_change and password_set_at <= now() - make_interval(days => %(one_time_days)s)
        then 'one-time password lapsed'
    else 'changed meanwhile'
end
from account
where name = %(name)s
