"""What somebody with an account is here to do. A role opens pages; queues and clearances say what they show there."""

from enum import StrEnum


class Role(StrEnum):
    """A person may have several."""

    AGENT = "agent"
    """Takes calls: `/agent`."""
    OPERATOR = "operator"
    """Runs the switchboard's day: `/vaxel`."""
    ADMIN = "admin"
    """Accounts, rights and who looked at what. Opens no caller's number and no confidential call by itself."""
    PLANNER = "planner"
    """Statistics and their exports."""
    VIEWER = "viewer"
    """The wallboard only."""
    EMPLOYEE = "employee"
    """The directory `/katalog` only."""


STAFF = frozenset(Role) - {Role.EMPLOYEE}
"""Who sees the switchboard at all."""
NUMBERS = frozenset({Role.AGENT, Role.OPERATOR})
"""Who can ever be shown a caller's number; for which calls, `ivr.web.accounts.sight` says."""
ALL_QUEUES = STAFF - {Role.AGENT}
"""Who sees every queue unless the account names some; an agent sees those that they serve."""

SWEDISH = {
    Role.AGENT: "handläggare",
    Role.OPERATOR: "telefonist",
    Role.ADMIN: "administratör",
    Role.PLANNER: "planerare",
    Role.VIEWER: "åskådare",
    Role.EMPLOYEE: "medarbetare",
}

_FIRST_PAGES = (
    (Role.OPERATOR, "/vaxel"),
    (Role.AGENT, "/agent"),
    (Role.PLANNER, "/tavla"),
    (Role.VIEWER, "/tavla"),
    (Role.ADMIN, "/konton"),
    (Role.EMPLOYEE, "/katalog"),
)


def first_page(roles: frozenset[Role]) -> str:
    """Where somebody with these roles begins."""
    return next((page for role, page in _FIRST_PAGES if role in roles), "/konto")
