"""Numbers that are given once (编号): counters and the grammars of what is numbered."""
