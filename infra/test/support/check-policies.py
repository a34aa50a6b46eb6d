"""Reads a JSON list of IAM policies, and prints what parliament finds in each: `[[{"issue", "detail"}, …], …]`."""

import json
import sys
import warnings

warnings.simplefilter("ignore")  # it imports pkg_resources, which is deprecated

from parliament import analyze_policy_string  # noqa: E402

print(
    json.dumps(
        [
            [
                {"issue": one.issue, "detail": json.dumps(one.detail)}
                for one in analyze_policy_string(text).findings
            ]
            for text in json.load(sys.stdin)
        ]
    )
)
