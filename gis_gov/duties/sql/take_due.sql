delete from judgement_due as d
where d.worker_id = %(worker_id)s and d.day = %(day)s
