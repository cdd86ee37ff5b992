"""Operations: backup and restore, upgrade, doctor: what keeps an archive safe over the years."""
