"""The background side: jobs that RQ runs, the processes that run them, and everything on one machine."""
