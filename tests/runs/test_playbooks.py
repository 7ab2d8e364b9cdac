"""The thirteen playbooks hold every step of the five guides, with what it asks, waits for and proves."""

import pytest

from cards.catalogue.asks import ASKS, Home, home_of
from cards.catalogue.errors import CatalogueError
from cards.catalogue.playbooks import built_in_playbooks, parse_playbook
from cards.models import Playbook, PlaybookVersion
from cards.rules.playbook import Step
from cards.services.playbooks import load_playbooks, save_playbook, use_version
from tests.factories import NOW, make_user

# key kind asks, then what else is asked of the step; as the guides have it.
GUIDES = {
    "renew-data-card": """
        register do - optional
        log-in do -
        read-state read data_left,expires_on,balance
        decide do renew_or_let_end
        choose-plan do plan
        pay pay amount,currency,method,order_number evidence
        verify verify data_left,expires_on,balance recheck=1day
        try-it do -
        support do - when=not-arrived evidence
    """,
    "activate-esim": """
        device-ok do - optional
        buy read activation_code,amount,currency
        install-app do -
        wifi do -
        activate read iccid,phone_number,activated_on,activation_note
        first-top-up pay amount,currency,method optional
        check read balance,data_left,expires_on
    """,
    "top-up": """
        open-app do -
        promotions do - optional
        pay pay amount,currency,method,order_number evidence
        check verify balance,data_left,expires_on recheck=1day
    """,
    "switch-operator": """
        new-esim read activation_code
        keep-number do - optional
        profile do -
        bound each -
        old-card start - starts=keep-alive-by-use,cancel-number-keeping,cancel-roaming
    """,
    "troubleshoot": """
        network do -
        update-app do -
        limit do - optional
        other-method do - optional
        support do - evidence
    """,
    "renew-number-keeping": """
        validity read expires_on
        means do -
        app do - optional
        backup each -
        log-in do -
        bill read balance,expires_on
        plan do plan
        method do method
        pay pay amount,currency,method,order_number,confirmation_text evidence
        check verify expires_on recheck=1day again=3day
    """,
    "restore-suspended": """
        log-in do -
        arrears pay amount,currency,method evidence
        check verify expires_on recheck=1day
        reapply do - when=window-over
    """,
    "cancel-number-keeping": """
        account read balance,owed
        settle pay amount,currency,method when=owed
        balance read balance,transferred_to optional
        bound each -
        contact do case_number,expected_days evidence
        identity do - optional
        apply do channel,reason,applied_on evidence
        form do - optional evidence
        await-confirmation wait - wait=-/asked/7/-/day
        confirmation read effective_on evidence
        await-effect wait - wait=-/-/-/effective_on/- look=7day
        last-bill verify owed recheck=30day
        ask-deposit do amount,currency optional
        deposit wait amount,currency when=deposit-due wait=7/30/-/-/day
    """,
    "cancel-roaming": """
        balance read balance,transferred_to
        bound each -
        backup do -
        contact do case_number evidence
        apply do channel,reason,applied_on,refund_account_note evidence
        identity do -
        review wait - wait=7/15/-/-/working-day
        approved read effective_on evidence
        refund wait amount,currency when=refund-due wait=7/30/-/-/working-day
    """,
    "check-up": """
        log-in do -
        read-state read balance,data_left,expires_on
        charges do - optional evidence
        usage do - optional
        personal-data do -
        password do - optional
        promotions do - optional
    """,
    "keep-alive-by-use": """
        find-card do -
        prepare do -
        act read action_kind,acted_on
        charged verify balance recheck=1day
        put-back do - optional
    """,
    "number-gone": """
        bound each -
        ask do - optional evidence
        successor start - optional starts=activate-esim
    """,
    "move-phone": """
        installs read installs_left
        transfer do -
        works do -
        delete-old do -
    """,
}


def told(step: Step) -> set[str]:
    """Return a step in the words of the table."""
    words = {"optional"} if step.is_optional else set()
    words |= {"evidence"} if step.has_evidence else set()
    words |= {f"when={step.case}"} if step.case else set()
    words |= {f"starts={','.join(step.starts)}"} if step.starts else set()
    for name, period in (("recheck", step.recheck), ("again", step.again)):
        words |= {f"{name}={period.count}{period.unit}"} if period else set()
    if step.look is not None:
        words.add(f"look={step.look.every.count}{step.look.every.unit}")
    wait = step.wait
    if wait is not None:
        most = "-" if wait.until else (wait.most or "asked")
        told = (wait.least or "-", most, wait.ask_after or "-", wait.until or "-")
        unit = "-" if wait.until else wait.unit
        words.add("wait=" + "/".join(str(part) for part in (*told, unit)))
    return words


@pytest.mark.parametrize("key", GUIDES)
def test_every_step_of_the_guides_is_there_in_its_order(key: str) -> None:
    playbook = parse_playbook(built_in_playbooks()[key], key=key)
    steps = [step for step in playbook.steps if not step.part_of]
    wanted = [line.split() for line in GUIDES[key].strip().splitlines()]
    assert [(step.key, str(step.kind)) for step in steps] == [(row[0], row[1]) for row in wanted]
    for step, row in zip(steps, wanted, strict=True):
        asks = set() if row[2] == "-" else set(row[2].split(","))
        assert asks <= set(step.asks), step.key
        assert set(row[3:]) <= told(step), step.key


def test_there_are_thirteen_playbooks_in_both_languages() -> None:
    assert set(built_in_playbooks()) == set(GUIDES)
    for key, text in built_in_playbooks().items():
        playbook = parse_playbook(text, key=key)
        titles = [playbook.title, *(step.title for step in playbook.steps)]
        assert all(words.en != words.zh for words in titles)


def test_every_ask_has_one_home_and_secrets_never_stay_in_a_step() -> None:
    kinds = {
        step.kind for text in built_in_playbooks().values() for step in parse_playbook(text, key="x").steps
    }
    for name in ASKS:
        assert all(isinstance(home_of(name, kind), Home) for kind in kinds)
    assert {home_of("activation_code", kind) for kind in kinds} == {Home.SEALED}


STEP = '[[step]]\nkey = "a"\ntitle = { en = "A", zh = "甲" }\n'
HEAD = 'guide = "own"\ntitle = { en = "Own", zh = "自己" }\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "step"),
        (HEAD + STEP, "step[0].kind"),
        (HEAD + STEP + 'kind = "wait"\n', "step[0].wait"),
        (HEAD + STEP + 'kind = "wait"\nwait = { max = "asked" }\n', "step[0].wait.max"),
        (HEAD + STEP + 'kind = "wait"\nwait = { until = "effective_on" }\n', "step[0].wait.until"),
        (HEAD + STEP + 'kind = "wait"\nwait = { min = 9, max = 3 }\n', "step[0].wait.max"),
        (HEAD + STEP + 'kind = "verify"\nasks = ["balance"]\n', "step[0].recheck"),
        (HEAD + STEP + 'kind = "read"\n', "step[0].asks"),
        (HEAD + STEP + 'kind = "read"\nasks = ["password"]\n', "step[0].asks[0]"),
        (HEAD + STEP + 'kind = "pay"\nasks = ["amount"]\n', "step[0].records"),
        (HEAD + STEP + 'kind = "do"\n' + STEP + 'kind = "do"\n', "step[1].key"),
        (HEAD + STEP + 'kind = "do"\npart_of = "b"\n', "step[0].part_of"),
        (HEAD + STEP + 'kind = "do"\nwhen = "rain"\n', "step[0].when"),
        (HEAD + STEP + 'kind = "do"\nstarts = ["top-up"]\n', "step[0].starts"),
        (STEP + 'kind = "do"\n', "guide"),
        ("= broken", ""),
    ],
)
def test_a_text_that_is_no_playbook_names_the_field(text: str, field: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        parse_playbook(text, key="own")
    assert refused.value.field == field


@pytest.mark.django_db
def test_loading_again_writes_nothing_and_what_staff_wrote_stays_in_force() -> None:
    assert load_playbooks(now=NOW) == []
    mine = save_playbook(key="top-up", text=HEAD + STEP + 'kind = "do"\n', by=make_user(), now=NOW)
    assert save_playbook(key="top-up", text=mine.text, by=make_user("b@example.org"), now=NOW) == mine
    PlaybookVersion.objects.filter(is_by_staff=False, playbook__key="top-up").update(text="old")
    assert load_playbooks(now=NOW) == ["top-up"]
    assert Playbook.objects.get(key="top-up").current == mine
    newest = PlaybookVersion.objects.filter(playbook__key="top-up", is_by_staff=False).first()
    assert newest is not None and newest.number == 3
    use_version(version=newest)
    assert Playbook.objects.get(key="top-up").current == newest
