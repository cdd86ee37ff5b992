"""The running program: supervisor, processes, the worker of the queue, the housekeeper."""
