"""Parties (客户、供应商、本公司): the legal identities that papers name."""
