"""What modbot is measured beside: each a small server in a process of its own."""
