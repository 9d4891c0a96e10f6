"""A mail server that really receives (aiosmtpd), for tests: mail.py PORT TLS_PORT FOLDER CERTIFICATE KEY.

Every mail becomes a file in FOLDER, whole, with the envelope's two addresses in X- lines at its head. The second port takes mail
after STARTTLS alone, from the user "lectern" with the password "mail-secret-for-tests". Addresses that begin with "refused"
are refused for good, those with "later" for now; "once" is refused for now at its first try.
"""

import asyncio
import itertools
import signal
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

PLAIN_PORT, TLS_PORT, FOLDER = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])


class Keeper:
    """Answers for each address, and keeps what was taken."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.tried = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name.startswith("refused"):
            return "550 5.1.1 There is nobody with this address"
        if name.startswith("later") or (name.startswith("once") and address not in self.tried):
            self.tried.add(address)
            return "451 4.3.0 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        head = f"X-Mail-From: {envelope.mail_from}\r\nX-Rcpt-To: {', '.join(envelope.rcpt_tos)}\r\n"
        name = f"{next(self.numbers):06}.eml"
        # Renamed when it is whole: a reader sees all of it or nothing.
        beside = FOLDER / f".{name}"
        beside.write_bytes(head.encode() + envelope.content)
        beside.rename(FOLDER / name)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"lectern", b"mail-secret-for-tests")
    return AuthResult(success=known, handled=False)


async def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    keeper = Keeper()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[4], sys.argv[5])
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(lambda: SMTP(keeper), "127.0.0.1", PLAIN_PORT)
    sealed = await loop.create_server(
        lambda: SMTP(keeper, tls_context=tls, require_starttls=True, authenticator=authenticate, auth_required=True),
        "127.0.0.1",
        TLS_PORT,
    )
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await stop.wait()
    plain.close()
    sealed.close()


asyncio.run(main())
