"""Jobs: states, enqueue, claim, reconcile, handlers, broker. Nothing else changes a job's state."""
