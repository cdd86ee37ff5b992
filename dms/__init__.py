"""The application: catalog, topics, web, JSON API, command line, workers."""
