"""Reusable pieces of pages: values and handlers in, component out.

A handler that gets a value is called with it at build time, so both an event
handler (``State.pick``) and a lambda (``lambda value: State.pick(row.id, value)``) do.
"""
