"""Holdings (原件): where each paper is, at home and at present, and how it got there."""
