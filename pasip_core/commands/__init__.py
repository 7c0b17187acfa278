"""What people change: the one write path of pages, command line and, later, REST.

Each command checks what it was given, writes, leaves an audit entry and asks the workers for what follows.
Where the queue is away the write still holds, and the schedules catch up.
"""
