"""Tasks (待办): what needs a person, until a deed or a reason ends it."""
