"""Layers of on-call, compared with a slow implementation that watches a clock minute by minute."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentctl.domain.catalog.on_call import (
    everybody_during,
    hours_of,
    layers_on_call,
    on_call,
    parts,
)
from incidentctl.domain.catalog.team import Hours, Layer, OnCall, Override, Team

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:5]
WEEK = timedelta(weeks=1)
START = datetime.fromisoformat("2026-01-05T09:00")


def rota(*people, **more):
    return OnCall(rota=people, **{"shift": WEEK, "starts": START, "timezone": "UTC"} | more)


def layers(on_call, moment):
    found = layers_on_call(
        Team(name="core", on_call=on_call), datetime.fromisoformat(moment), default_zone="UTC"
    )
    return {each.layer: each.who for each in found}


def first(on_call, moment):
    duty = on_call_of(Team(name="core", on_call=on_call), datetime.fromisoformat(moment))
    return duty and duty.who


def on_call_of(team, moment):
    return on_call(team, moment, default_zone="UTC")


def test_a_secondary_takes_its_shift_and_start_from_the_first_layer():
    both = rota("ann", "bob", layers=(Layer(name="secondary", rota=("bob", "ann")),))
    assert layers(both, "2026-01-06T00:00Z") == {"primary": ("ann",), "secondary": ("bob",)}
    assert layers(both, "2026-01-13T00:00Z") == {"primary": ("bob",), "secondary": ("ann",)}


def test_layers_of_one_name_are_on_duty_together():
    pair = rota("ann", layers=(Layer(name="primary", rota=("bob",)),))
    assert layers(pair, "2026-01-06T00:00Z") == {"primary": ("ann", "bob")}
    assert first(pair, "2026-01-06T00:00Z") == "ann"


SUN = rota(
    "ann",
    timezone="Europe/Berlin",
    restrictions=(Hours(from_="08:00", until="20:00"),),
    layers=(
        Layer(
            name="primary",
            rota=("bob",),
            timezone="Europe/Berlin",
            restrictions=(Hours(from_="20:00", until="08:00"),),
        ),
    ),
)


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-01-06T06:59Z", "bob"),
        ("2026-01-06T07:00Z", "ann"),
        ("2026-01-06T19:00Z", "bob"),
        # Summer time: 08:00 is 06:00 UTC.
        ("2026-06-02T05:59Z", "bob"),
        ("2026-06-02T06:00Z", "ann"),
    ],
)
def test_layers_follow_the_sun_on_their_own_clock(moment, who):
    assert layers(SUN, moment) == {"primary": (who,)}
    assert first(SUN, moment) == who


def test_until_is_the_end_of_the_hours():
    duty = on_call_of(Team(name="core", on_call=SUN), datetime(2026, 1, 6, 12, tzinfo=UTC))
    assert duty.until == datetime(2026, 1, 6, 19, tzinfo=UTC)


def test_outside_of_the_hours_the_next_layer_is_called_first():
    office = rota(
        "ann",
        restrictions=(Hours(days=WORKDAYS, from_="09:00", until="17:00"),),
        layers=(Layer(name="night", rota=("bob",)),),
    )
    assert first(office, "2026-01-06T12:00Z") == "ann"
    assert layers(office, "2026-01-06T12:00Z") == {"primary": ("ann",), "night": ("bob",)}
    assert first(office, "2026-01-10T12:00Z") == "bob"
    assert layers(office, "2026-01-10T12:00Z") == {"primary": (), "night": ("bob",)}
    alone = replace(office, layers=())
    assert first(alone, "2026-01-10T12:00Z") is None


def test_an_override_counts_in_the_hours_of_its_layer_only():
    stand_in = Override(
        who="eve",
        from_=datetime.fromisoformat("2026-01-06T00:00"),
        until=datetime.fromisoformat("2026-01-08T00:00"),
    )
    office = rota("ann", restrictions=(Hours(from_="09:00", until="17:00"),), overrides=(stand_in,))
    assert first(office, "2026-01-06T12:00Z") == "eve"
    assert first(office, "2026-01-06T18:00Z") is None


def test_each_layer_has_its_delay_else_the_first_one_s_else_five_minutes():
    minutes = timedelta(minutes=1)
    extra = (
        Layer(name="secondary", rota=("bob",)),
        Layer(name="third", rota=("eve",), escalate_after=20 * minutes),
    )
    for said, expected in ((None, [5, 5, 20]), (10 * minutes, [10, 10, 20])):
        team = Team(name="core", on_call=rota("ann", escalate_after=said, layers=extra))
        found = layers_on_call(team, datetime(2026, 2, 1, tzinfo=UTC), default_zone="UTC")
        assert [each.escalate_after / minutes for each in found] == expected


# --- A slow implementation: a clock that never goes back, read at every minute.

ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)
#: Around changes of daylight-saving time, and the day that Samoa skipped.
MOMENTS = st.sampled_from(
    ["2026-03-28T12:00", "2026-10-24T12:00", "2026-03-07T18:00", "2026-10-31T20:00",
     "2026-04-04T06:00", "2026-10-03T06:00", "2011-12-29T12:00", "2026-06-10T00:00"]
)  # fmt: skip
MINUTE = timedelta(minutes=1)
TIMES = st.sampled_from(["00:00", "01:30", "02:00", "02:15", "02:30", "03:00", "09:00", "22:00"])
HOURS = st.builds(
    Hours,
    days=st.lists(st.sampled_from(DAYS), max_size=3, unique=True).map(tuple),
    from_=TIMES,
    until=st.one_of(TIMES, st.just("24:00")),
)
SHIFTS = st.sampled_from([timedelta(minutes=90), timedelta(hours=12), timedelta(days=1), WEEK])
BEGIN = st.sampled_from(["2011-01-01T02:30", "2011-01-03T09:00"]).map(datetime.fromisoformat)
ROTAS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)
RESTRICTED = st.lists(HOURS, max_size=2).map(tuple)
LAYERS = st.builds(
    Layer,
    name=st.sampled_from(["primary", "secondary"]),
    rota=ROTAS,
    timezone=st.one_of(st.none(), ZONES),
    shift=st.one_of(st.none(), SHIFTS),
    restrictions=RESTRICTED,
)
ON_CALL = st.builds(
    OnCall,
    rota=ROTAS,
    shift=SHIFTS,
    starts=BEGIN,
    timezone=ZONES,
    restrictions=RESTRICTED,
    layers=st.lists(LAYERS, max_size=2).map(tuple),
)


def in_hours(clock, restrictions):
    if not restrictions:
        return True
    for each in restrictions:
        for back in (0, 1, 2):
            day = (clock - timedelta(days=back)).date()
            if each.days and DAYS[day.weekday()] not in each.days:
                continue
            begin = datetime.fromisoformat(f"{day}T{each.from_}")
            end = datetime.fromisoformat(f"{day}T00:00") + timedelta(
                hours=int(each.until[:2]), minutes=int(each.until[3:])
            )
            if end <= begin:
                end += timedelta(days=1)
            if begin <= clock < end:
                return True
    return False


def slowly(on_call, begin, minutes):
    """Yield who is on duty in each layer, for each minute."""
    shift, starts = on_call.shift, on_call.starts
    rotas = [("primary", on_call.rota, shift, on_call.timezone, on_call.restrictions)]
    for each in on_call.layers:
        zone = each.timezone or on_call.timezone
        rotas.append((each.name, each.rota, each.shift or shift, zone, each.restrictions))
    latest = {}
    for minute in range(-3 * 24 * 60, minutes):
        moment = begin + minute * MINUTE
        found = {}
        for number, (name, people, lasts, zone, restrictions) in enumerate(rotas):
            reading = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            clock = latest[number] = max(latest.get(number, reading), reading)
            if minute < 0:
                continue
            who = people[int((clock - starts) / lasts) % len(people)]
            on_duty = found.setdefault(name, [])
            if in_hours(clock, restrictions) and who not in on_duty:
                on_duty.append(who)
        if minute >= 0:
            yield moment, found


@settings(max_examples=30, deadline=None)
@given(on_call=ON_CALL, begin=MOMENTS)
def test_layers_are_what_a_clock_says_minute_by_minute(on_call, begin):
    begin = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    team = Team(name="core", on_call=on_call)
    expected, ends = {}, {}
    for moment, people in slowly(on_call, begin, 36 * 60):
        if moment == begin or people != expected:
            # It becomes another one: at this minute, and at no minute before.
            before, expected = expected, people
            found = layers_on_call(team, moment, default_zone="UTC")
            assert {each.layer: list(each.who) for each in found} == people
            first = next((who for each in found for who in each.who), None)
            duty = on_call_of(team, moment)
            assert (duty and duty.who) == first
            for name in people:
                if moment != begin and before[name] != people[name]:
                    assert ends[name] == moment, name
            ends = {each.layer: each.until for each in found}
        for name, end in ends.items():
            assert end is None or end > moment, name


@settings(max_examples=30, deadline=None)
@given(on_call=ON_CALL, begin=MOMENTS)
def test_the_hours_of_a_rota_are_those_of_its_clock(on_call, begin):
    begin = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    part = parts(on_call, "UTC")[0]
    found = list(hours_of(part, begin, begin + timedelta(hours=36)))
    alone = replace(on_call, layers=())
    for moment, people in slowly(alone, begin, 36 * 60):
        inside = any(start <= moment < end for start, end in found)
        assert inside == bool(people["primary"]), moment


def test_short_turns_outside_of_the_hours_do_not_hide_when_somebody_is_next():
    rota = OnCall(
        rota=("a", "a", "b"),
        shift=timedelta(minutes=90),
        starts=datetime(2011, 1, 3, 9),  # noqa: DTZ001 (on the clock of its zone)
        timezone="Europe/Berlin",
        restrictions=(Hours(days=("mon",), from_="01:30", until="00:00"),),
    )
    (found,) = layers_on_call(
        Team(name="core", on_call=rota),
        datetime(2026, 3, 28, 12, tzinfo=UTC),
        default_zone="UTC",
    )
    assert (found.who, found.until) == ((), datetime(2026, 3, 29, 23, 30, tzinfo=UTC))


def test_the_spans_of_four_days_begin_and_end_where_somebody_else_takes_over():
    second = Layer(name="second", rota=("bob", "ann"), shift=timedelta(days=2))
    swap = Override(
        who="cleo",
        from_=datetime.fromisoformat("2026-01-05T14:00"),
        until=datetime.fromisoformat("2026-01-05T22:00"),
    )
    both = rota("ann", "bob", shift=timedelta(days=1), overrides=(swap,), layers=(second,))
    begin = datetime(2026, 1, 5, 12, tzinfo=UTC)
    spans = everybody_during(both, begin, begin + timedelta(days=4), default_zone="UTC")
    shown = [(f"{a:%d %H}", f"{b:%d %H}", *(w[0] for w in who.values())) for a, b, who in spans]
    assert shown == [
        ("05 12", "05 14", "ann", "bob"),
        ("05 14", "05 22", "cleo", "bob"),
        ("05 22", "06 09", "ann", "bob"),
        ("06 09", "07 09", "bob", "bob"),
        ("07 09", "08 09", "ann", "ann"),
        ("08 09", "09 09", "bob", "ann"),
        ("09 09", "09 12", "ann", "bob"),
    ]
