-- The role that the server works under belongs to the whole cluster: a backup has none, but grants to
-- it. Another process may make it at the same moment.
do $$
begin
    begin
        if not exists (select from pg_roles where rolname = 'gis_gov_app') then
            create role gis_gov_app nologin nosuperuser nobypassrls;
        end if;
    exception when duplicate_object or unique_violation then
        null;  -- somebody else has made it
    end;
    if (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    begin
        execute format('grant gis_gov_app to %I', current_user);
    exception
        when unique_violation then
            null;  -- somebody else has granted it
        when insufficient_privilege then
            if not pg_has_role(current_user, 'gis_gov_app', 'member') then
                raise;
            end if;
    end;
end
$$
