-- The audit table only grows.

create function audit_append_only() returns trigger
language plpgsql
as $$
begin
    raise insufficient_privilege using
        message = 'the audit table is append-only', constraint = 'audit_append_only';
end
$$;

create trigger audit_append_only before update or delete or truncate on audit
for each statement execute function audit_append_only();
