delete from walked_day as w
where w.worker_id = %(worker_id)s and w.day = %(day)s
