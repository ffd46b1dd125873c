"""The audit read: searched, verified, taken out, and its oldest months dropped."""
