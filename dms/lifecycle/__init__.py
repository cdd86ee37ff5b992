"""The life of records (生命周期): filed for good under a number, or destroyed after their time in the trash."""
