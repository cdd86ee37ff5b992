"""The work queue: the job row in the catalog is the truth, a carrier only brings news of it."""
