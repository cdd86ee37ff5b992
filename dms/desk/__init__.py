"""The desk: screens made of several topics, which never show one another."""
