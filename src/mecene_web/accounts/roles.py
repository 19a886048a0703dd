"""Roles: what each member of the association may do here."""

MAY_DO_ALL = frozenset(
    {
        "see_overview",  # the association's figures
        "see_donors",  # donors' pages, search
        "see_own_list",  # only the donors one was given to call
        "edit_donors",  # identity, notes, attributes, merges
        "enter_gifts",  # gifts and cheque batches by hand
        "import_files",  # imports, and taking them back
        "export",  # files that leave the installation
        "build_segments",
        "run_experiments",  # plan tests, stop them, conclude
        "send_messages",  # templates, campaigns, what became of each message
        "handle_rights",  # consent, access, rectification, erasure
        "see_audit",
        "manage_staff",
        "manage_settings",  # the association, keys of the API, webhooks, retention
    }
)
ROLES: dict[str, frozenset[str]] = {
    "administrator": MAY_DO_ALL,
    "fundraiser": MAY_DO_ALL - {"see_audit", "manage_staff", "manage_settings"},
    "analyst": frozenset(
        {"see_overview", "see_donors", "build_segments", "export", "run_experiments"}
    ),
    "caller": frozenset({"see_own_list"}),
    "auditor": frozenset({"see_overview", "see_audit"}),
}


def allows(role: str, what: str) -> bool:
    """Return whether a role may do something.

    Raises:
        KeyError: there is no such role, or no such thing to do.
    """
    if what not in MAY_DO_ALL:
        raise KeyError(f"nothing here is called {what}; accounts.roles has the list")
    return what in ROLES[role]
