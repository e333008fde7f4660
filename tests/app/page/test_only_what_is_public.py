"""Nothing but public updates gets onto the page: what differs elsewhere changes nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.telling import IDENT, event, moment

from incidentctl.app.page.build import files
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import StepPlan, TaskPlan
from incidentctl.domain.page.fold import public_incident, public_updates
from incidentctl.domain.page.public import Area, Page

#: What decides what is public, and when it is over. All other kinds must not matter.
PUBLIC = {
    "declared", "update-posted", "status-set", "resolved", "reopened", "cancelled", "closed",
    "drill-ended", "amended", "retracted", "redacted",
}  # fmt: skip
OTHERS = [cls for kind, cls in facts.KINDS.items() if kind not in PUBLIC]
TITLES = {"pay": "Paying", "login": "Signing in"}
#: Names somebody, or says something, that is not public.
MARK = "ZQX"
COURSE = (
    facts.StatusSet("investigating"),
    facts.UpdatePosted("Some payments fail", True, None, ("pay=major_outage",), "Payments fail"),
    facts.StatusSet("identified"),
    facts.UpdatePosted("We know why", True, None, ("login=degraded_performance",)),
)
_OF = {
    "str": st.text("abc", max_size=5).map(lambda text: MARK + text),
    "bool": st.booleans(),
    "int": st.integers(0, 9),
    "Seconds": st.integers(0, 9999),
    "tuple[str, ...]": st.just((MARK, f"{MARK}: {MARK}")),
    "tuple[StepPlan, ...]": st.just((StepPlan(MARK, MARK, every=60),)),
    "tuple[TaskPlan, ...]": st.just((TaskPlan(MARK),)),
}


def _of(hint) -> st.SearchStrategy:
    name = getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint)
    if "Seconds" in name or "seconds" in name:
        return _OF["Seconds"]
    name = name.removesuffix(" | None").replace("incidentctl.domain.incident.state.", "")
    return _OF[name]


def fact_of(cls: type) -> st.SearchStrategy:
    return st.builds(cls, **{field: _of(hint) for field, hint in cls.__annotations__.items()})


internal = st.one_of(
    *map(fact_of, OTHERS),
    st.builds(facts.UpdatePosted, _OF["str"], st.just(False)),
)


def pages(between, *, by, title, ended):
    """Build the page of an incident: the same course, with other facts between its parts."""
    events = [event(0, facts.Declared(title), by=by)]
    course = (*COURSE, facts.Resolved(title), facts.UpdatePosted("All is well", True))
    for number, fact in enumerate(course if ended else COURSE, 1):
        events.append(event(number * 10, fact, by=by))
        extra = between[number - 1] if number <= len(between) else ()
        events += [event(number * 10 + n, each, by=by) for n, each in enumerate(extra, 1)]
    incident = public_incident(IDENT, public_updates(fold(IDENT, events)), TITLES)
    areas = tuple(Area(name, title) for name, title in TITLES.items())
    return files(Page("Bank", "https://s.example", "UTC", moment(9999), areas, (incident,), ()))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(internal, max_size=4), max_size=6), st.booleans())
def test_two_records_that_differ_in_what_is_not_public_give_the_same_bytes(between, ended):
    found = pages(between, by=f"{MARK}a", title=f"{MARK} bank", ended=ended)
    assert found == pages((), by="somebody", title="another title", ended=ended)
    assert not [path for path, data in found.items() if MARK.encode() in data]
