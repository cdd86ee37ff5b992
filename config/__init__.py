"""Settings and the rulebook that an archive's owner may edit."""
