"""Move (搬迁): a whole archive goes from one set of engines to another, and lives on in exactly one of the two."""

from dms.operations.move.moving import MoveReport, cancel, move

__all__ = ["MoveReport", "cancel", "move"]
