"""The kernel (内核): what every topic stands on and what knows no topic."""
