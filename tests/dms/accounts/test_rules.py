"""Rules of roles, passwords and waiting."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from dms.accounts.rules import check_password, check_roles, normal_login, wait_after
from dms.kernel.errors import InvalidError
from dms.policy import SEPARATE, Role


def test_the_three_separate_roles_and_the_auditor_stand_alone() -> None:
    for pair in combinations(Role, 2):
        if set(pair) & (SEPARATE | {Role.AUD}):
            with pytest.raises(InvalidError):
                check_roles(pair)
        else:
            check_roles(pair)


def test_only_the_first_person_is_archivist_and_system_administrator() -> None:
    check_roles([Role.ARC, Role.SYS], is_first=True)
    with pytest.raises(InvalidError):
        check_roles([Role.ARC, Role.SYS, Role.SAL], is_first=True)
    with pytest.raises(InvalidError):
        check_roles([Role.ARC, Role.LOG], is_first=True)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("短密码", "password_short"),
        ("x" * 201, "password_long"),
        ("1q2w3e4r5t", "password_common"),
        ("PASSWORD123", "password_common"),
        ("ｐａｓｓｗｏｒｄ１２３", "password_common"),
        ("abcdefghijkl", "password_common"),
        ("ababababab", "password_common"),
        ("zhang.san-2026!", "password_personal"),
        ("张小三张小三和他的猫很开心", "password_personal"),
    ],
)
def test_bad_passwords(password: str, code: str) -> None:
    with pytest.raises(InvalidError) as error:
        check_password(password, "张小三", "zhang.san")
    assert error.value.code == code


@pytest.mark.parametrize("password", ["correct horse battery", "今天下雨路上很滑要小心", "gV7#kk02-9qZ"])
def test_good_passwords(password: str) -> None:
    check_password(password, "张小三", "zhang.san")


def test_login_names_have_one_spelling() -> None:
    assert normal_login(" Zhang.San ") == "zhang.san"
    assert normal_login("ＺＨＡＮＧ") == "zhang"
    for wrong in ("", "z", "张三", "a b", "-x", "a" * 90):
        with pytest.raises(InvalidError):
            normal_login(wrong)


def test_waiting_doubles_and_ends_at_a_quarter_of_an_hour() -> None:
    assert wait_after("login", 4) is None
    assert wait_after("login", 5) == timedelta(seconds=30)
    assert wait_after("login", 7) == timedelta(minutes=2)
    assert wait_after("login", 500) == timedelta(minutes=15)
    assert wait_after("address", 10) is None
