"""Holds (冻结): what may not go, however long its time is up, until somebody releases it."""
