"""The pages and the API: a process of its own beside the engine, so that no viewer can cost a call anything.

It knows the engine only through its socket: what happened comes as the log's own rows, what people order goes back as
orders. It holds no rule of routing.
"""
