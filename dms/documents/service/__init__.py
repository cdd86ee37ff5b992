"""Use cases of documents (件) and arrivals (来件): one module a kind of deed."""
