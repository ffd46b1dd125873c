select n.last_value + n.is_called::integer from fence_number as n
