"""The seven kinds of papers, each drawn from a deal of the invented world."""
