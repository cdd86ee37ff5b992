"""People: departments, accounts and their roles, sign-in, sessions, one-time links, bearer tokens."""
