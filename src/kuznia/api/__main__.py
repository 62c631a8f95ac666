"""``python -m kuznia.api``: serve, or ``create-admin``, or ``openapi``."""

from __future__ import annotations

import sys

from kuznia.settings import load_settings
from kuznia.starting import importing

USAGE = "Usage: python -m kuznia.api [create-admin | openapi]"


def main(arguments: list[str]) -> int:
    if arguments == []:
        with importing():
            from kuznia.api.serve import serve

        return serve(load_settings())
    if arguments == ["create-admin"]:
        from kuznia.api.first_account import create_admin

        return create_admin(load_settings())
    if arguments == ["openapi"]:
        from kuznia.api.openapi import print_specification

        return print_specification()
    sys.stderr.write(USAGE + "\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
