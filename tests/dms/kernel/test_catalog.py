"""Every way in which a catalog's server can be wrong, on a real server: its code, and nothing secret in its words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from dms.kernel import catalog
from dms.kernel.catalog import _skew, open_database
from dms.kernel.database import Database, take_turns
from dms.kernel.errors import ConfigurationError, DmsError, UnavailableError
from dms.kernel.outages import explained
from tests.services.absent import absent
from tests.services.certificates import Authority
from tests.services.faults import Hang, Proxy
from tests.services.postgres import ABSENT, PASSWORD, Postgres, programs

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Postgres]:
    """A server on a port, with a certificate that ran out yesterday."""
    if programs() is None:
        absent(ABSENT)
    day = timedelta(days=1)
    now = datetime.now(UTC)
    with Postgres(listen=True, tls=authority.server("expired", now - 2 * day, now - day)) as made:
        yield made


def refused(url: str) -> DmsError:
    with pytest.raises(DmsError) as caught:
        open_database(url)
    assert PASSWORD not in str(caught.value)
    return caught.value


def test_a_fit_server_opens(server: Postgres) -> None:
    open_database(server.url()).close()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("catalog_password", {"password": "wrong"}),
        ("catalog_password", {"user": "nobody"}),
        ("catalog_missing", {"database": "nowhere"}),
        ("catalog_unreachable", {"port": 1}),
    ],
)
def test_what_is_wrong_with_the_url_is_said(server: Postgres, code: str, change: dict[str, str]) -> None:
    assert refused(server.url(**change)).code == code  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["postgresql://", "nothing", "oracle://a@b/c", "postgresql://a:b@[::1/c"])
def test_what_is_no_url_of_a_server_is_said(url: str) -> None:
    assert refused(url).code in ("catalog_url", "catalog_unreachable")


def test_an_unknown_host_is_said(server: Postgres) -> None:
    assert refused("postgresql://a:b@no-such-host.invalid/c").code == "catalog_unreachable"


def test_an_expired_certificate_is_said(server: Postgres, authority: Authority) -> None:
    error = refused(f"{server.url()}?sslmode=verify-full&sslrootcert={authority.path}")
    assert (error.code, error.exit_code) == ("catalog_certificate", 7)


def test_a_certificate_of_nobody_we_trust_is_said(server: Postgres, tmp_path: Path) -> None:
    other = Authority(tmp_path)
    assert refused(f"{server.url()}?sslmode=verify-full&sslrootcert={other.path}").code == "catalog_certificate"


def test_a_server_without_tls_is_said() -> None:
    with Postgres(listen=True) as plain:
        assert refused(f"{plain.url()}?sslmode=require").code == "catalog_tls"


def test_a_server_that_is_too_old_is_said(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "OLDEST", 99)
    error = refused(server.url())
    assert error.code == "catalog_old"
    assert "99" in str(error)


def test_a_read_only_server_is_said(server: Postgres) -> None:
    error = refused(f"{server.url()}?options=-cdefault_transaction_read_only%3Don")
    assert (error.code, error.exit_code) == ("catalog_readonly", 6)


def test_a_user_without_rights_is_said(server: Postgres) -> None:
    strong = Database(server.url())
    with strong.write() as session:
        session.execute(sa.text("CREATE ROLE weak LOGIN PASSWORD 'weak'"))
        session.execute(sa.text("CREATE TABLE kept (id int)"))
    strong.close()
    weak = Database(server.url(user="weak", password="weak"))
    with pytest.raises(sa.exc.DBAPIError) as caught, weak.read() as session:
        session.execute(sa.text("SELECT * FROM kept"))
    weak.close()
    assert code_of(caught.value) == "catalog_privileges"


@pytest.mark.parametrize(
    ("state", "code"),
    [("53100", "catalog_full"), ("25006", "catalog_readonly"), ("53300", "catalog_connections"),
     ("57P01", "catalog_unavailable"), ("40P01", "catalog_unavailable")],
)  # fmt: skip
def test_what_a_server_says_in_the_middle_of_work_is_understood(server: Postgres, state: str, code: str) -> None:
    database = Database(server.url())
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(sa.exc.DBAPIError) as caught, database.write() as session:
        session.execute(sa.text(raising))
    database.close()
    assert code_of(caught.value) == code
    assert isinstance(explained(caught.value), UnavailableError)


def test_our_own_mistakes_are_no_outage(server: Postgres) -> None:
    database = Database(server.url())
    with pytest.raises(sa.exc.DBAPIError) as caught, database.read() as session:
        session.execute(sa.text("SELECT nothing FROM nowhere"))
    database.close()
    assert explained(caught.value) is None


def test_the_clock_of_the_server_may_differ_by_what_the_way_took() -> None:
    noon = datetime(2026, 6, 14, 12, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert _skew(noon, noon + 9 * second, noon + 5 * second) == 0
    assert _skew(noon, noon + second, noon + 91 * second) == 90
    assert _skew(noon, noon + second, noon - 90 * second) == 90


def test_a_clock_that_is_wrong_is_said(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(minutes=5)

    monkeypatch.setattr(catalog, "datetime", Wrong)
    error = refused(server.url())
    assert (error.code, isinstance(error, ConfigurationError)) == ("catalog_clock", True)


def test_connections_of_a_server_that_was_killed_are_replaced(server: Postgres) -> None:
    database = Database(server.url())
    with database.read() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
    server.kill()
    with pytest.raises(sa.exc.DBAPIError) as caught, database.read() as session:
        session.scalar(sa.text("SELECT 1"))
    assert code_of(caught.value) in ("catalog_unreachable", "catalog_unavailable")
    server.start()
    with database.read() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
    database.close()


def test_a_server_that_does_not_answer_is_given_up(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("dms.kernel.database", fromlist=["CONNECTION"]).CONNECTION, "connect_timeout", 2)
    with Proxy(("127.0.0.1", server.port)) as proxy:
        proxy.set(Hang())
        begun = time.monotonic()
        assert refused(server.url(port=proxy.port)).code == "catalog_unreachable"
        assert time.monotonic() - begun < 30


def test_a_reading_session_sees_one_state(server: Postgres) -> None:
    database = Database(server.url())
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE moving (id int)"))
    with database.read() as reader:
        assert reader.scalar(sa.text("SELECT count(*) FROM moving")) == 0
        with database.write() as writer:
            writer.execute(sa.text("INSERT INTO moving VALUES (1)"))
        assert reader.scalar(sa.text("SELECT count(*) FROM moving")) == 0
    database.close()


def code_of(error: BaseException) -> str:
    known = explained(error)
    assert known is not None
    return known.code


def test_transactions_of_one_name_take_turns(server: Postgres) -> None:
    """A look before a write where no row stands yet: eight at once, and one writes."""
    database = Database(server.url())
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE alone (name text)"))

    def add(_: int) -> None:
        with database.write() as session:
            take_turns(session, "only one")
            if not session.scalar(sa.text("SELECT count(*) FROM alone")):
                session.execute(sa.text("INSERT INTO alone VALUES ('first')"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    with database.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM alone")) == 1
    database.close()
