"""The index in Elasticsearch, through its official client, for archives that one machine does not hold."""
