"""Errors between a job's handler and the runner; none of them is shown to a person as it is."""

from __future__ import annotations


class LeaseLostError(Exception):
    """The job is no longer ours: cancelled, or its lease ran out and another worker has it. Leave without a trace."""


class ParkError(Exception):
    """The job cannot succeed, however often it is tried; `problem` is a Chinese sentence for the person."""

    def __init__(self, problem: str, code: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.code = code
