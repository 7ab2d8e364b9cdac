"""Serial numbers and codes, as they are printed and as people type them."""

import pytest

from cards.rules.serials import (
    ActivationCode,
    CodeError,
    digits_of,
    has_luhn,
    is_eid,
    is_iccid,
    is_iccid_doubtful,
    is_pin,
    is_puk,
    parse_activation_code,
)

EID = "89049032123451234512345678901235"


def made_eid(body: str) -> str:
    """Return 30 digits with their two check digits after them (ISO 7064 mod 97-10)."""
    return body + f"{98 - int(body + '00') % 97:02}"


@pytest.mark.parametrize("text", ["8973102200000000012", "899730000000000000", "8" + "9" * 21])
def test_18_to_22_digits_that_begin_with_89_are_an_iccid(text: str) -> None:
    assert is_iccid(text)


@pytest.mark.parametrize("text", ["", "89" * 8, "89" * 12, "79731022000000000120", "8997310220000000001x",
                                  "٨٩٧٣١٠٢٢٠٠٠٠٠٠٠٠٠٠١"])  # fmt: skip
def test_other_text_is_none(text: str) -> None:
    assert not is_iccid(text)


def test_the_check_digit_only_raises_doubt() -> None:
    # 7992739871 with 3 after it is the example that everybody uses
    assert has_luhn("79927398713")
    assert not has_luhn("79927398710")
    good = next(f"897310220000000001{digit}" for digit in range(10) if has_luhn(f"897310220000000001{digit}"))
    assert not is_iccid_doubtful(good)
    assert not is_iccid_doubtful(good + "7")  # a twentieth digit that is no check digit
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert is_iccid(bad)
    assert is_iccid_doubtful(bad)


def test_an_eid_leaves_one_when_divided_by_97() -> None:
    assert is_eid(EID)  # the usual example
    assert is_eid(made_eid("890490320000010000000000000000"))
    for wrong in (EID[:-1] + "3", EID[:-1], EID + "0", "x" * 32, ""):
        assert not is_eid(wrong)


def test_two_swapped_digits_of_an_eid_are_noticed() -> None:
    swaps = [EID[:n] + EID[n + 1] + EID[n] + EID[n + 2 :] for n in range(31) if EID[n] != EID[n + 1]]
    assert not any(map(is_eid, swaps))


def test_groups_as_printed_are_read() -> None:
    assert digits_of("8973 1022-0000\u00a00000 012") == "8973102200000000012"


def test_pins_have_four_to_eight_digits_and_puks_eight() -> None:
    assert [is_pin("1" * n) for n in (3, 4, 8, 9)] == [False, True, True, False]
    assert [is_puk("1" * n) for n in (7, 8, 9)] == [False, True, False]
    assert not is_pin("12a4")
    assert not is_puk("1234567x")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("LPA:1$smdp.example$MATCHING-ID", ActivationCode("smdp.example", "MATCHING-ID")),
        ("1$smdp.example$MATCHING-ID", ActivationCode("smdp.example", "MATCHING-ID")),
        (" lpa:1$smdp.example$AB-1 ", ActivationCode("smdp.example", "AB-1")),
        ("LPA:1$smdp.example$", ActivationCode("smdp.example", "")),
        ("LPA:1$smdp.example$M$1.3.6.1.4.1.31746", ActivationCode("smdp.example", "M", "1.3.6.1.4.1.31746")),
        ("LPA:1$smdp.example$M$1.3.6.1$1", ActivationCode("smdp.example", "M", "1.3.6.1", True)),
        ("LPA:1$smdp.example$M$$1", ActivationCode("smdp.example", "M", "", True)),
    ],
)
def test_every_form_of_an_activation_code_is_read_and_written_again(typed: str, code: ActivationCode) -> None:
    assert parse_activation_code(typed) == code
    assert parse_activation_code(code.text) == code
    assert parse_activation_code(code.ios_link) == parse_activation_code(code.android_link) == code


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "form"), ("hello", "form"), ("LPA:2$smdp.example$M", "form"), ("LPA:1$smdp.example", "form"),
        ("LPA:1$smdp.example$M$$2", "form"), ("LPA:1$smdp.example$M$$1$9", "form"),
        ("LPA:1$localhost$M", "address"), ("LPA:1$smdp.example/x$M", "address"), ("LPA:1$$M", "address"),
        ("LPA:1$-a.example$M", "address"), ("LPA:1$smdp.example$M M", "matching"),
        ("LPA:1$smdp.example$<b>", "matching"), ("LPA:1$smdp.example$M$x", "oid"),
        ("LPA:1$smdp.example$" + "M" * 255, "form"), ("https://evil.example/?x=1", "form"),
    ],
)  # fmt: skip
def test_what_is_no_code_says_which_part_is_wrong(typed: str, part: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_activation_code(typed)
    assert refused.value.part == part


def test_install_links_carry_the_whole_code() -> None:
    code = ActivationCode("smdp.example", "M-1")
    tail = "/esim_qrcode_provisioning?carddata=LPA%3A1%24smdp.example%24M-1"
    assert code.ios_link == "https://esimsetup.apple.com" + tail
    assert code.android_link == "https://esimsetup.android.com" + tail
