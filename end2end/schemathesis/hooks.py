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


@schemathesis.auth(refresh_interval=300)
class Admin:
    def get(self, case, context):
        body = json.dumps({
            "email": "admin@lectern.example", "password": "correct-lectern-demo", "client": "schemathesis", "scopes": SCOPES,
        })
        request = urllib.request.Request(
            f"{ORIGIN}/api/v1/sign-in", body.encode(), {"content-type": "application/json"}, method="POST",
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["access_token"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
