"""The first administrator, made at the first start; the answer is one line of JSON for who started it."""

from __future__ import annotations

import json
import sys

from kuznia.db.session import WriteSession, make_engine
from kuznia.domains.accounts.service import create_admin as create
from kuznia.domains.accounts.service import first_admin
from kuznia.domains.accounts.tokens import AccessTokens
from kuznia.settings import Settings

# Whoever starts the installation posts the demo with this token; training takes minutes.
MINUTES = 60


def create_admin(settings: Settings) -> int:
    """Make the account if nobody has one. Prints its e-mail, an access token, and a generated password once.

    Parameters
    ----------
    settings : Settings
        ``admin.email`` and ``admin.password``, if given.
    """
    given = settings.admin.password
    engine = make_engine(settings.database_url(), application="kuznia create-admin", pool_size=1)
    with WriteSession(engine) as session:
        made = create(session, settings.admin.email, given.get_secret_value() if given else None)
        admin, password = made or (first_admin(session), None)
        answer = {"email": admin.email if admin else None, "created": made is not None, "password": password}
        if admin is not None:
            tokens = AccessTokens(settings.jwt_key(), MINUTES)
            answer["access_token"] = tokens.issue(admin.id, admin.role)
        session.commit()
    engine.dispose()
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if admin is not None else 1
