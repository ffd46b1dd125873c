"""What can be wrong with a phone, or with who carries it: one file each."""
