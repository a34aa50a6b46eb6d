"""Serves the Flask original of Cruddur's messaging as its image does, on a port of this machine.

usage: original.py <checkout> <port>

Nothing of it is changed. Two things outside of it are replaced: the key set of its user pool, which comes from ORIGINAL_KEYS,
and its PostgreSQL, whose answers are given from memory: the id of a user is their token's subject.
"""

import json
import os
import sys
import types

import requests


class KeySet:
    def json(self):
        return {"keys": json.loads(os.environ["ORIGINAL_KEYS"])}


class Users:
    """What the original's queries return, by the name of their template."""

    def template(self, *names):
        return "/".join(names)

    def query_value(self, _template, params):
        return params["cognito_user_id"]

    def query_array_json(self, _template, params):
        uuid = params["cognito_user_id"]
        return [{"uuid": uuid, "display_name": "Ada", "handle": "ada", "kind": "sender"}]


def main(checkout, port):
    folder = os.path.join(checkout, "backend-flask")
    os.chdir(folder)
    sys.path.insert(0, folder)
    requests.get = lambda _url: KeySet()
    database = types.ModuleType("lib.db")
    database.db = Users()
    sys.modules["lib.db"] = database
    from app import app

    app.run(host="127.0.0.1", port=port, threaded=True, debug=False, use_reloader=False)


main(sys.argv[1], int(sys.argv[2]))
