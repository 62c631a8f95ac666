"""What can go wrong with accounts, sessions, tokens and grants."""

from __future__ import annotations

from kuznia.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated


class BadCredentials(Unauthenticated):
    code, title = "bad_credentials", "E-mail or password is wrong"


class SessionClosed(Unauthenticated):
    code, title = "session_closed", "This session has ended"


class TooManyAttempts(TooMany):
    code, title = "too_many_attempts", "Too many failed sign-ins"


class CrossSite(Forbidden):
    code, title = "cross_site", "The request came from another site's page"


class SessionNeeded(Forbidden):
    code, title = "session_needed", "This needs a signed-in person, not an API token"


class AccountNotFound(NotFound):
    code, title = "account_not_found", "There is no such account"


class EmailTaken(Conflict):
    code, title = "email_taken", "An account with this e-mail exists"


class LastAdmin(Conflict):
    code, title = "last_admin", "This is the last administrator"


class WeakPassword(Invalid):
    code, title = "weak_password", "The password is too easy to guess"


class WrongPassword(Invalid):
    code, title = "wrong_password", "The current password is not right"


class ScopeTooWide(Invalid):
    code, title = "scope_too_wide", "The token would allow more than your role does"


class TokenNotFound(NotFound):
    code, title = "token_not_found", "There is no such API token"


class ObjectNotFound(NotFound):
    code, title = "object_not_found", "There is no such object, or it is not shared with you"


class NotOwner(Forbidden):
    code, title = "not_owner", "Only its owner may share it"


class UnknownGrantee(Invalid):
    code, title = "unknown_grantee", "Nobody here has this e-mail"


class GrantNotFound(NotFound):
    code, title = "grant_not_found", "There is no such grant"
