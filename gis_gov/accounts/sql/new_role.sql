insert into role_grant (
    account_id, key_id, role, area_id, grid_id, department, person_classes,
    valid_from, valid_to, granted_by
)
values (
    %(account_id)s, %(key_id)s, %(role)s, %(area_id)s, %(grid_id)s, %(department)s,
    %(person_classes)s, %(valid_from)s, %(valid_to)s, %(granted_by)s
)
returning id
