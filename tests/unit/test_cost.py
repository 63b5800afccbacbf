"""The bill: what is multiplied by what, what is free, what is not known."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from click.testing import CliRunner

from clarity.cost import prices, usage
from clarity.cost.assumed import Assumptions
from clarity.cost.cli import cost
from clarity.cost.day import day, early_deliveries, known_reads, recent_reads
from clarity.cost.limits import Limit, in_order, limits, ramp_minutes
from clarity.cost.model import IN_NO_LINE, bill, by_service, predictions_per_second, variants
from clarity.cost.page import bills, sentences

ASSUMED = Assumptions()
CPU = replace(ASSUMED, accelerator="none")


def usd(people: int, assumed: Assumptions, service: str, what: str = "") -> float:
    """The sum of a service's lines, or one of them."""
    lines = bill(people, assumed).lines
    return sum(
        line.usd or 0.0 for line in lines if line.service == service and what in {"", line.what}
    )


def test_a_price_begins_where_the_free_part_ends() -> None:
    found = prices.price("firestore reads", "us-central1")
    assert found is not None
    free = 50_000 * prices.DAYS

    assert found.of(free) == 0
    assert found.of(free + 100_000) == pytest.approx(0.03)


def test_every_price_names_a_page_that_says_so_and_when_it_was_read() -> None:
    found = prices.data()

    assert found["currency"] == "USD"
    assert len(found["read"]) == len("2026-11-23")
    for name, each in found["prices"].items():
        pages = [found["sources"][key] for key in each["sources"]]
        assert pages, name
        assert all(page["url"].startswith("https://") and page["title"] for page in pages), name
        assert each["usd"] > 0, name
        assert each["per"] > 0, name
        assert each["free_per"] in {"day", "month"}, name
    used = {key for each in found["prices"].values() for key in each["sources"]}
    assert used == set(found["sources"])


def test_a_region_whose_prices_nobody_has_read_is_unknown_and_the_sum_says_so() -> None:
    month = bill(1000, replace(CPU, region="europe-west1"))

    unknown = {line.what for line in month.lines if line.usd is None}
    assert {"reads", "writes", "CPU at work", "endpoint, n1-standard-4"} <= unknown
    assert "prompts" not in unknown
    assert month.known == sum(line.usd for line in month.lines if line.usd is not None)
    text = " ".join(sentences(month))
    assert "leaves out" in text
    assert "Firestore, reads" in text


def test_a_machine_without_a_price_is_unknown_until_somebody_names_it() -> None:
    without, named = bill(1000, ASSUMED), bill(1000, ASSUMED, node_price=2.0)

    assert "Vertex AI, endpoint, g2-standard-4 with an L4" in without.unknown
    assert not named.unknown
    assert named.known - without.known == pytest.approx(2.0 * 24 * prices.DAYS)


def test_a_sum_without_the_endpoint_says_so_and_shows_no_saving_by_parking_it() -> None:
    without = CliRunner().invoke(cost, ["--people", "1000"]).output
    named = CliRunner().invoke(cost, ["--people", "1000", "--node-price", "2"]).output

    row = next(line for line in without.splitlines() if "sum " in line)
    assert "?: without the endpoint" in row
    # Of this, and of one upload a day; the endpoint on CPUs has its price.
    assert row.count(" + ?") == 2
    assert "parked 16 h " not in without
    assert "parked 16 h " in named
    assert "+ ?" not in named
    assert all(each in without for each in IN_NO_LINE)


def test_an_endpoint_that_is_parked_costs_its_other_hours() -> None:
    always = usd(1000, CPU, "Vertex AI")
    parked = usd(1000, replace(CPU, parked_hours=18.0), "Vertex AI")

    assert always == pytest.approx(0.219 * 24 * prices.DAYS)
    assert parked == pytest.approx(always / 4)


def test_more_demand_than_one_machine_takes_is_more_machines() -> None:
    people = int(3 * predictions_per_second(CPU) * 86_400)

    assert usd(people, CPU, "Vertex AI") == pytest.approx(3 * usd(1000, CPU, "Vertex AI"), rel=1e-3)


def test_twice_the_people_are_never_cheaper_and_no_dearer_than_twice() -> None:
    for people in (10, 1000, 100_000, 10_000_000):
        one, two = bill(people, CPU).known, bill(2 * people, CPU).known
        # What is free, and what is there whoever comes, is shared by more.
        assert one <= two
        free = sum(
            each.usd * each.free / each.per * (prices.DAYS if each.free_per == "day" else 1)
            for name in prices.data()["prices"]
            if (each := prices.price(name, "us-central1"))
        )
        assert two <= 2 * one + free


def test_the_cap_on_paid_calls_holds_the_bill() -> None:
    capped = replace(ASSUMED, project_daily_calls=1000.0)

    assert usd(10_000_000, capped, "Gemini") == pytest.approx(usd(1_000_000, capped, "Gemini"))
    free = replace(ASSUMED, project_daily_calls=0.0)
    assert usd(100, capped, "Gemini") == pytest.approx(usd(100, free, "Gemini"))
    assert usd(10_000_000, capped, "Gemini") < usd(10_000_000, free, "Gemini") / 1000


def test_a_limit_that_the_cap_on_paid_calls_holds_off_is_never_met() -> None:
    def met(cap: float, people: int) -> dict[str, float | None]:
        found = limits(people, replace(ASSUMED, project_daily_calls=cap))
        return {each.name: each.people(people) for each in found}

    spend = "spend on Gemini in a month, usage tier 1"
    free = met(0.0, 100_000)[spend]
    assert free is not None
    assert met(1_000.0, 500)[spend] is met(1_000.0, 100_000)[spend] is None
    # A cap beyond what the tier pays: met by as many as without one.
    for people in (500, 100_000):
        assert met(10_000.0, people)[spend] == pytest.approx(free)


def test_nobody_told_by_gemini_pays_gemini_nothing() -> None:
    assert usd(1_000_000, replace(ASSUMED, gemini_share=0.0), "Gemini") == 0


def test_a_person_s_own_cap_bounds_the_calls() -> None:
    eager = replace(ASSUMED, insights_per_week=70.0, bursts_per_day=20.0, uploads_per_day=20.0)

    assert day(eager).calls == eager.daily_calls


def test_insights_without_a_request_are_no_more_than_there_are_analyses() -> None:
    eager = replace(ASSUMED, insights_per_week=70.0)

    assert day(eager).insights == pytest.approx(1 + 1 / 7)


def test_uploads_in_one_document_read_less() -> None:
    in_one = variants(ASSUMED)["one upload a day"]

    assert known_reads(in_one) < known_reads(ASSUMED)
    assert recent_reads(in_one) < recent_reads(ASSUMED)
    assert usd(100_000, in_one, "Firestore", "reads") < usd(100_000, ASSUMED, "Firestore", "reads")
    assert in_one.uploads_per_day * in_one.samples_per_upload == 1000


def test_a_job_comes_early_as_often_as_the_retries_fall_into_the_quiet_time() -> None:
    # At 0 and 10 s, then 30 s: quiet by then.
    assert early_deliveries(usage.QUIET_SECONDS) == 2
    assert early_deliveries(0) == 0
    assert [early_deliveries(s) for s in (1, 10, 11, 70, 71)] == [1, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "name",
    [each.name for each in fields(Assumptions) if isinstance(each.default, (int, float))],
)
def test_every_assumption_changes_the_bill_or_a_limit(name) -> None:
    # Where the endpoint and the shared instances are not all idle.
    busy = replace(CPU, max_replicas=100, project_daily_calls=0.0)
    people = 50_000_000
    value = getattr(busy, name)
    other = {"gemini_share": 0.5, "daily_calls": 0.5, "min_replicas": 90, "gemini_tier": 2}.get(
        name, value * 2 + 1
    )
    changed = replace(busy, **{name: type(value)(other)})

    def all_of(assumed: Assumptions) -> tuple:
        return bill(people, assumed).lines, limits(people, assumed)

    assert all_of(busy) != all_of(changed)


def test_the_first_limit_is_the_one_that_the_fewest_people_meet() -> None:
    def limit(name: str, used: float, allowed: float | None, *, grows: bool = True) -> Limit:
        return Limit(name, used, allowed, "x", "nothing", "nobody", grows)

    found = in_order(
        [
            limit("far", 1, 100),
            limit("near", 1, 10),
            limit("unknown", 1, None),
            limit("size", 9, 10, grows=False),
        ],
        50,
    )

    assert [(each.name, at) for each, at in found] == [("near", 500), ("far", 5000)]


def test_at_a_thousand_people_our_own_cap_on_paid_calls_is_met_first() -> None:
    found, at = in_order(limits(1000, ASSUMED), 1000)[0]

    assert found.name == "paid calls a day, of all people"
    assert 600 < at < 1000
    few = [each for each in sentences(bill(100, ASSUMED)) if "limit: " in each]
    assert len(few) == 1
    assert few[0].startswith("first limit: paid calls a day")


def test_what_is_beyond_its_limit_is_said_with_what_to_change() -> None:
    said = [each for each in sentences(bill(10_000_000, ASSUMED)) if "change: " in each]

    assert said[0].startswith("first limit: ")
    assert sum(each.startswith("then, met too: ") for each in said) > 3
    assert sum(each.startswith("next limit: ") for each in said) <= 1


def test_too_many_samples_in_an_upload_are_beyond_what_an_event_holds() -> None:
    found = {each.name: each for each in limits(1, replace(ASSUMED, samples_per_upload=1300.0))}

    assert (found["an upload as Eventarc's event"].share or 0) > 1
    assert (found["an upload as a document"].share or 2) < 1
    said = sentences(bill(1, replace(ASSUMED, samples_per_upload=1300.0)))
    assert sum(each.startswith("too large: an upload as Eventarc's event") for each in said) == 1


def test_a_new_database_is_ramped_up_by_half_each_five_minutes() -> None:
    assert ramp_minutes(500) == 0
    assert ramp_minutes(500 * 1.5**3) == 15


def test_the_command_prints_three_sizes_with_assumptions_and_sources() -> None:
    result = CliRunner().invoke(cost, [])

    assert result.exit_code == 0, result.output
    for text in ("1,000 people", "100,000 people", "10,000,000 people", "assumed: ", "first limit"):
        assert text in result.output
    for each in fields(Assumptions):
        assert each.name.replace("_", " ") in result.output
    assert prices.data()["read"] in result.output


def test_the_command_as_json_is_the_bill() -> None:
    result = CliRunner().invoke(cost, ["--people", "7", "--people", "9", "--json", "--peak", "2"])
    seven, nine = json.loads(result.output)

    month, others = bills(7, replace(ASSUMED, peak=2.0), None)
    assert (seven["people"], nine["people"]) == (7, 9)
    assert seven["usd"] == pytest.approx(month.known)
    assert seven["usd_per_person"] == pytest.approx(month.known / 7)
    assert set(seven["instead"]) == set(others)
    assert seven["assumed"]["peak"] == 2
    assert len(seven["lines"]) == len(month.lines)


def test_every_assumption_is_an_option() -> None:
    names = {option.name for option in cost.params}

    assert {each.name for each in fields(Assumptions)} <= names


@pytest.mark.parametrize(
    "wrong",
    [
        ["--people", "0"],
        ["--gemini-share", "1.1"],
        ["--parked-hours", "24"],
        ["--min-replicas", "5", "--max-replicas", "4"],
        ["--accelerator", "tpu"],
        ["--uploads-per-day", "nan"],
        ["--node-price", "inf"],
        ["--region", "mars-1"],
        ["--region", ""],
    ],
)
def test_what_makes_no_sense_is_refused(wrong) -> None:
    assert CliRunner().invoke(cost, wrong).exit_code == 2


def test_a_service_with_an_unknown_line_has_no_sum() -> None:
    found = by_service(bill(1000, ASSUMED).lines)

    assert found["Vertex AI"] is None
    assert found["Firestore"] == pytest.approx(usd(1000, ASSUMED, "Firestore"))
