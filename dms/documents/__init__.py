"""Documents (件): arrivals, pages, readings and their review."""
