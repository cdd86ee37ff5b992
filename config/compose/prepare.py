"""Makes the secrets of docker-compose.yml in an empty folder: `python config/compose/prepare.py secrets`.

Passwords are random and stand in no command line. Whoever reads the folder reads everything: it is 0700; its files are
readable, because each container has a user of its own and sees only those that docker-compose.yml hands to it.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

POLICIES = Path(__file__).parents[2] / "docs" / "s3"
S3_ROLES = ("reader", "writer", "keeper")
INDEX_ROLE = '{ cluster: [monitor], indices: [{ names: ["guidang", "guidang-*"], privileges: [read, write, manage] }] }'
ROUNDS = 10_000  # of PBKDF2; the password has 192 random bits
VALID = timedelta(days=3650)


def prepare(folder: Path) -> None:
    """Write every secret file. Raises `FileExistsError` where the folder exists: secrets in use are never replaced."""
    folder.mkdir(mode=0o700, parents=True)
    _postgres(folder)
    _s3(folder)
    _elasticsearch(folder)
    _redis(folder)


def _postgres(folder: Path) -> None:
    password = secrets.token_urlsafe(24)
    _write(folder / "postgres_password", password)
    _write(folder / "catalog_url", f"postgresql://guidang:{password}@postgres/guidang")


def _s3(folder: Path) -> None:
    keys = {role: secrets.token_hex(24) for role in S3_ROLES}
    policies = [{"name": role, "content": (POLICIES / f"{role}.json").read_text(encoding="utf-8")} for role in S3_ROLES]
    identities = [
        {
            "name": role, "actions": [], "policyNames": [role],
            "credentials": [{"accessKey": role, "secretKey": key}],
        }
        for role, key in keys.items()
    ]  # fmt: skip
    _write(folder / "s3.json", json.dumps({"identities": identities, "policies": policies}, indent=1))
    for role, key in keys.items():  # unencrypted only between the containers; the originals are encrypted anyway
        _write(folder / f"store_{role}_url", f"s3://{role}:{key}@seaweedfs:8333/guidang?tls=no")


def _elasticsearch(folder: Path) -> None:
    password = secrets.token_urlsafe(24)
    _write(folder / "elasticsearch_users", f"guidang:{_hashed(password)}\n")
    _write(folder / "elasticsearch_users_roles", "guidang:guidang\n")
    _write(folder / "elasticsearch_roles.yml", f"guidang: {INDEX_ROLE}\n")
    _write(folder / "index_url", f"https://guidang:{password}@elasticsearch:9200/guidang?ca=/run/secrets/ca.pem")
    authority = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    _write(folder / "ca.pem", _certificate("guidang", authority, authority, names=()))
    _write(folder / "elasticsearch.pem", _certificate("elasticsearch", key, authority, ("elasticsearch", "localhost")))
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    _write(folder / "elasticsearch.key", text)


def _redis(folder: Path) -> None:
    password = secrets.token_urlsafe(24)
    settings = ("protected-mode no", 'save ""', "appendonly no", "maxmemory 192mb", f"requirepass {password}")
    _write(folder / "redis.conf", "\n".join(settings) + "\n")
    _write(folder / "carrier_url", f"redis://:{password}@redis:6379/0")


def _hashed(password: str) -> str:
    """Return a password as the file realm of Elasticsearch stores it."""
    salt = secrets.token_bytes(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, 32)
    return f"{{PBKDF2}}{ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, authority: ec.EllipticCurvePrivateKey, names: tuple[str, ...]
) -> str:
    """Return a certificate in PEM, of the authority itself where it names no hosts."""
    subject, issuer = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, "guidang")
    )  # fmt: skip
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    )  # fmt: skip
    if names:
        known: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([*known, loopback]), critical=False)
    return made.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o444)


if __name__ == "__main__":
    prepare(Path(sys.argv[1] if len(sys.argv) > 1 else "secrets"))
