select forget_before(%(before)s, %(most)s)
