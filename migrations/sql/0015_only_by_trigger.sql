-- What works with its owner's rights is called by the triggers that are there, and by nobody else.
-- Whoever may call a trigger's function can put it on a table of his own, with arguments of his own.
do $$
declare
    called regprocedure;
begin
    for called in
        select p.oid::regprocedure
        from pg_proc as p
        where
            p.pronamespace = 'public'::regnamespace
            and p.prosecdef
            and not exists (
                select from pg_depend as d
                where
                    d.classid = 'pg_proc'::regclass
                    and d.objid = p.oid
                    and d.deptype = 'e'
            )
    loop
        execute format('revoke execute on function %s from public', called);
    end loop;
end
$$;
