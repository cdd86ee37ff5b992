"""Full-text retrieval of documents behind one seam, SearchIndex."""
