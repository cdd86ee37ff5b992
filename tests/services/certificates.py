"""Certificates for tests: an authority, and servers' certificates that it signs for any time and any name."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates; `path` is its own, for those who shall trust it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for tests")])
        self.path = folder / "authority.pem"
        self._certificate = self._sign(self._name, self._key, (_days(-1), _days(1)), authority=True)
        self.path.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def server(self, label: str, begin: datetime | None = None, end: datetime | None = None, address: str = "127.0.0.1"
               ) -> tuple[Path, Path]:  # fmt: skip
        """Return the files with the certificate and the key of a server at `address`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
        certificate = self._sign(name, key, (begin or _days(-1), end or _days(1)), address=address)
        paths = self._folder / f"{label}.pem", self._folder / f"{label}.key"
        paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return paths

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, times: tuple[datetime, datetime], *,
        authority: bool = False, address: str = "",
    ) -> x509.Certificate:  # fmt: skip
        made = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(self._name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(times[0]).not_valid_after(times[1])
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )  # fmt: skip
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            made = made.add_extension(names, critical=False)
        return made.sign(self._key, hashes.SHA256())


def _days(count: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=count)
