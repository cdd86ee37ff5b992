"""The demonstration (演示档案): invented companies' papers through the real pipeline, some filed and on shelves."""

from config.settings import OwnCompany
from dms.operations.demonstration.filling import begin, fill
from dms.operations.demonstration.settling import settle
from ingest.specimens.story import OWN_COMPANY

OUR_COMPANY = OwnCompany(name=OWN_COMPANY.name, uscc=OWN_COMPANY.code, fonds="Q001")

__all__ = ["OUR_COMPANY", "begin", "fill", "settle"]
