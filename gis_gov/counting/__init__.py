"""What can be counted, who may count it, and how it is told: the ground of all figures."""
