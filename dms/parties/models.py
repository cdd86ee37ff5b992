"""Tables of parties (客户、供应商、本公司)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.kernel.database import Base, Id, Identified

RELATIONS = ("potential", "trading", "traded", "supplier", "own", "other")  # 潜在 交易中 已交易 供应商 本公司 其他
LEGAL_FORMS = ("enterprise", "other_organisation", "sole_trader", "unknown")  # 企业法人 其他经济组织 个体工商户


class Party(Identified, Base):
    """A legal identity. `is_own` marks our companies: the counterparty of a paper is the side that is not ours."""

    __tablename__ = "party"

    name: Mapped[str] = mapped_column(index=True)
    match_key: Mapped[str] = mapped_column(index=True)  # normalised name, for recognising it on papers
    uscc: Mapped[str | None] = mapped_column(sa.String(18), unique=True)  # 统一社会信用代码
    initials: Mapped[str] = mapped_column(sa.String(32), default="")  # pinyin initials, for quick finding
    relation: Mapped[str] = mapped_column(sa.String(20), default="potential")
    legal_form: Mapped[str] = mapped_column(sa.String(20), default="unknown")
    region: Mapped[str] = mapped_column(sa.String(6), default="")  # GB/T 2260 or "00" + ISO 3166 alpha-2
    is_own: Mapped[bool] = mapped_column(default=False)
    fonds: Mapped[str | None] = mapped_column(sa.String(4))  # 全宗号 of our own companies, for example Q001
    note: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(Id)
    names: Mapped[list[PartyName]] = relationship(back_populates="party", cascade="all, delete-orphan")


class PartyName(Identified, Base):
    """A former, short or foreign name of a party; searchable like the full one."""

    __tablename__ = "party_name"

    party_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("party.id"), index=True)
    name: Mapped[str]
    match_key: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))  # former, short, foreign
    party: Mapped[Party] = relationship(back_populates="names")
