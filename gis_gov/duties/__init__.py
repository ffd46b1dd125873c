"""Rules of patrolling, the tasks that they make, and how patrols are judged against them."""
