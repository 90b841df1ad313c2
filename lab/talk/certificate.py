"""A certificate that nobody checks, for servers that speak TLS."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_NAME: Final = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab.invalid")])
_SINCE: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_UNTIL: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def certified() -> ssl.SSLContext:
    """Give a server's context, TLS 1.2 or newer, with a new key and a certificate signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = x509.CertificateBuilder(
        _NAME, _NAME, key.public_key(), x509.random_serial_number(), _SINCE, _UNTIL
    ).sign(key, hashes.SHA256())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.NamedTemporaryFile() as file:  # ssl reads files only
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context
