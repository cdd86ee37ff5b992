"""HTTPS on the local network, for phones: a certificate made on the spot, and a server that speaks TLS."""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

DAYS = 397  # browsers refuse longer ones
THREADS = 8


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate in files; the fingerprint is what a person compares with the browser's warning."""

    certificate: Path
    key: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the archive listens on the local network."""

    address: str
    port: int
    certificate: Certificate


def certificate_folder() -> Path:
    """Return where the certificate and its key are kept: beside the master keys, never in the data folder."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return home / "guidang"


def own_address() -> str:
    """Return this machine's address on the local network, 127.0.0.1 where it is on none. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a UDP connect only chooses a route (documentation address, RFC 5737)
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def certificate_for(folder: Path, address: str) -> Certificate:
    """Return the certificate of this address in `folder`, made when there is none that still holds for ten days."""
    files = (folder / "lan.crt", folder / "lan.pem")
    if all(path.exists() for path in files):
        known = x509.load_pem_x509_certificate(files[0].read_bytes())
        if _holds(known, address):
            return Certificate(*files, _fingerprint(known))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _sign(key, address)
    _write(files[0], made.public_bytes(serialization.Encoding.PEM))
    _write(files[1], _pem(key))
    return Certificate(*files, _fingerprint(made))


def _holds(certificate: x509.Certificate, address: str) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    return left > timedelta(days=10) and ipaddress.ip_address(address) in names.get_values_for_type(x509.IPAddress)


def _sign(key: ec.EllipticCurvePrivateKey, address: str) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Guidang {address}")])
    names = [x509.IPAddress(ipaddress.ip_address(a)) for a in dict.fromkeys((address, "127.0.0.1"))]
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([*names, x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _write(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(data)


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def start(app: Flask, endpoint: Endpoint) -> Server:
    """Serve `app` by HTTPS from threads of this process; return the server, to be stopped at the end."""
    server = Server((endpoint.address, endpoint.port), app, numthreads=THREADS, server_name="guidang")
    files = endpoint.certificate
    server.ssl_adapter = BuiltinSSLAdapter(str(files.certificate), str(files.key))
    server.prepare()
    threading.Thread(target=server.serve, name="lan", daemon=True).start()
    return server
