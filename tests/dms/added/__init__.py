"""Notes (便条) on things of the archive: the smallest whole topic, an example to copy into `dms/` and to change.

A topic is this folder and one line in `TOPICS` of `dms/bootstrap.py`; `tests/dms/test_added_topic.py` proves that it
then appears everywhere. What is no code stands where all of its kind does: the layer (`setup.cfg`), the rights
(`config/rulebook/roles.toml`), the migration (`python -m dms.operations.autogenerate notes`), the English texts
(`python -m dms.web.translations`).
"""
