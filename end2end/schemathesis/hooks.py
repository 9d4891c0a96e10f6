"""Signs in as the demo's admin for everything that is asked, anew before a token ends."""

import json
import os
import urllib.request

import schemathesis

ORIGIN = os.environ["LECTERN_ORIGIN"]
SCOPES = [
    "account:read", "account:write", "courses:read", "courses:write", "enrolments:write",
    "people:read", "people:write", "users:read", "users:write",
]

# The sign-ins that are made up use up what one address may try.
FROM_ELSEWHERE = {"x-forwarded-for": "198.51.100.7"}


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Quotes an ETag where the coverage phase, whose headers hold no quotes, offers a bare one as good."""
    if case.meta and case.meta.generation.mode.is_positive:
        for name in ("If-Match", "If-None-Match"):
            value = (case.headers or {}).get(name)
            if value and value.isalnum():
                case.headers[name] = f'"{value}"'


@schemathesis.auth(refresh_interval=300)
class Admin:
    def get(self, case, context):
        body = json.dumps({
            "email": "admin@lectern.example", "password": "correct-lectern-demo", "client": "schemathesis", "scopes": SCOPES,
        })
        request = urllib.request.Request(
            f"{ORIGIN}/api/v1/sign-in", body.encode(), FROM_ELSEWHERE | {"content-type": "application/json"}, method="POST",
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["access_token"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
