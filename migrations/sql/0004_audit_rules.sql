-- What holds once the audit has its partitions, and the entries that were there before.

create trigger audit_chain before insert on audit
for each row execute function audit_chain();

create trigger audit_append_only before update or delete or truncate on audit
for each statement execute function audit_append_only();
create trigger audit_append_only before update or delete or truncate on audit_default
for each statement execute function audit_append_only();

select audit_months(3);

grant select, insert on audit to gis_gov_app;
grant select on audit_head to gis_gov_app;
revoke execute on function audit_month(date), audit_months(integer) from public;
grant execute on function audit_months(integer) to gis_gov_app;
