"""The audit log (审计日志): leaves in the deed's own transaction, a Merkle tree over them, signed checkpoints."""
