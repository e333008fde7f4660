"""One example of each kind of file, for the reference; a test loads them all."""

from __future__ import annotations

EXAMPLES: dict[str, str] = {
    "settings": """\
organisation: Acme
timezone: Europe/Berlin
tier: per-severity
expected_services: 40
default_severity: SEV2
record: {remote: origin, branch: incident-log}
lint: {IC203: error}
""",
    "team": """\
name: core-services
title: Core services
lead: alice
members:
  - {handle: alice, name: Alice Example, email: alice@example.com, timezone: America/New_York}
  - {handle: bob, name: Bob Example, aliases: [robert], chat: {slack: U012AB3CD}}
on_call:
  rota: [alice, bob]
  shift: 1w
  starts: 2026-01-05T09:00
  timezone: America/New_York
  escalate_after: 10m
  overrides: [{who: bob, from: 2026-03-02T09:00, until: 2026-03-04T09:00}]
  layers:
    - {name: secondary, rota: [bob, alice]}
contacts:
  channel: "#core"
  pager: "env:CORE_PAGER_URL"
  email: {to: core@example.com, purpose: questions of other teams}
""",
    "service": """\
name: auth-api
owner: core-services
description: Issues and checks login tokens
importance: 1
reviewed: 2026-09-01
depends_on: [oauth2-db]
identifiers: {pagerduty: PABC123, backstage: "component:default/auth-api"}
links: [{title: Dashboard, url: "https://grafana.example.com/d/auth"}]
---
name: oauth2-db
owner: core-services
type: database
""",
    "product_area": """\
name: login
title: Signing in
owner: core-services
functionalities:
  - {name: Log in with a password, words: [password, sign in], services: [auth-api]}
""",
    "severities": """\
severities:
  - name: SEV1
    title: A core function is down for most customers
    critical: true
    update_every: 30m
    retrospective: {required: true, within: 3d}
  - {name: SEV2, title: A function is impaired, retrospective: {suggested: true, within: 5wd}}
matrix:
  conditions: [unavailable, degraded]
  importance: {1: [SEV1, SEV1], 2: [SEV1, SEV2], 3: [SEV2, SEV2]}
""",
    "roles": """\
# Four standard roles are built in: a role with the same name replaces one, others are added.
roles:
  - name: scribe
    title: Scribe
    responsibilities: [Write down what is said on the bridge]
    many: true
""",
    "runbook": """\
name: critical
applies_to: {critical: true}
steps:
  - id: page-on-call
    title: Page the on-call engineer
    purpose: Bring in an engineer to mitigate, unless somebody has paged one already
    action: {uses: pagerduty, with: {routing_key: "env:PAGERDUTY_KEY"}}
  - {id: updates, title: Post an update, every: 30m, role: communication}
tasks: [{title: Check the last deploy, role: mitigator}]
""",
    "announcements": """\
announcements:
  - name: executives
    on: [declared, severity, resolved]
    applies_to: {severities: [SEV1]}
    actions:
      - uses: notify
        with: {url: "mailtos://{env:MAIL_USER}:{env:MAIL_PASSWORD}@example.com?to=executives"}
  - name: own-channel
    on: [overdue]
    actions:
      - {uses: slack, with: {token: "env:SLACK_TOKEN"}, drills: true}
  - name: customers
    on: [public-update]
    actions:
      - {uses: webhook, with: {url: "https://status.example.com/hooks/{env:STATUS_TOKEN}"}}
""",
    "alerts": """\
sources:
  prometheus: {format: alertmanager, secrets: ["env:ALERTMANAGER_TOKEN"]}
severities: {page: SEV1, ticket: SEV4}
rules:
  - {name: watchdog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m}
  - {name: tests, match: {environment: [staging, "~dev-.*"]}, mode: ignore}
  - name: payments
    match: {namespace: payments, severity: [critical, page]}
    mode: declare
    service: payments
    severity: SEV1
    after: 2m
    group_by: [service]
    window: 30m
""",
    "drill": """\
name: q1-unplanned
mode: unplanned
environment: staging
timezone: America/New_York
window: {from: 2026-03-29T09:00, to: 2026-03-29T15:00}
why: To exercise our response to an incident
distribute_to: [engineering]
---
name: q2-login
what: User login on staging, which every customer needs
team: core-services
at: 2026-06-10T10:30
how: Dropping the token database
why: To exercise the response time of Core Services
saboteur: carol
services: [auth-api]
""",
    "private_half": """\
# drills/q1-unplanned.private.yaml, which git must ignore
what: User login on staging
team: core-services
commander: bob
mitigator: dana
at: 2026-03-29T10:30
how: Dropping the token database
why: To exercise the response time of Core Services
saboteur: carol
readers: [carol, alice]
injects: [{after: 5m, tell: Support has 30 tickets}]
targets: {commander: 2m, first_update: 15m}
""",
    "maintenance": """\
name: 2026-12-login-database
title: Work on signing in
text: You may have to sign in again. Payments that were ordered before go through.
begins: 2026-12-06T02:00
ends: 2026-12-06T04:00
areas: [login]
""",
}
