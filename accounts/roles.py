"""Which role may do what: the one table. docs/roles.md is rendered from it, and a test asks
every operation of the OpenAPI document, as everybody, whether it agrees.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.domain import STAFF_ROLES, Role, allows


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an operation at all, and for whom it answers for what others own, too.

    What everybody else then sees is up to ownership.
    """

    summary: str
    anonymous: bool = False
    roles: frozenset[Role] = frozenset()
    others: frozenset[Role] = frozenset()

    def lets_in(self, roles: frozenset[str] | None) -> bool:
        """Whether a caller with these roles (None: without a token) passes the door."""
        if roles is None:
            return self.anonymous
        return self.anonymous or allows(roles, self.roles)


def _staff(*roles: Role) -> Rule:
    return Rule(" or ".join(sorted(roles)), roles=frozenset(roles))


ANYONE = Rule("anyone", anonymous=True)
OWNER = Rule("whoever owns it: the account, or the holder of the Cart-Token", anonymous=True)
OWNER_OR_STAFF = Rule("whoever owns it, and staff", anonymous=True, others=STAFF_ROLES)
OWNER_OR_SUPPORT = Rule(
    "whoever owns it, and support or manager",
    anonymous=True,
    others=frozenset({Role.SUPPORT, Role.MANAGER}),
)
ACCOUNT = Rule("anyone logged in, for themselves", roles=frozenset({Role.CUSTOMER}))
ACCOUNT_OR_STAFF = Rule(
    "anyone logged in, for themselves, and staff for everybody",
    roles=frozenset({Role.CUSTOMER}),
    others=STAFF_ROLES,
)
STAFF = _staff(*STAFF_ROLES)
MANAGER = _staff(Role.MANAGER)

OPERATIONS: dict[str, Rule] = {
    "getJwks": ANYONE,
    # accounts
    "register": ANYONE,
    "createToken": ANYONE,
    "refreshToken": ANYONE,
    "logout": ANYONE,
    "verifyEmail": ANYONE,
    "forgotPassword": ANYONE,
    "resetPassword": ANYONE,
    "confirmEmailChange": ANYONE,
    "changePassword": ACCOUNT,
    "requestEmailVerification": ACCOUNT,
    "changeEmail": ACCOUNT,
    "getMe": ACCOUNT,
    "updateMe": ACCOUNT,
    "exportMe": ACCOUNT,
    "eraseMe": ACCOUNT,
    "listSessions": ACCOUNT,
    "endSession": ACCOUNT,
    "endAllSessions": ACCOUNT,
    "startMfa": ACCOUNT,
    "confirmMfa": ACCOUNT,
    "stopMfa": ACCOUNT,
    "listAddresses": ACCOUNT,
    "createAddress": ACCOUNT,
    "getAddress": ACCOUNT,
    "updateAddress": ACCOUNT,
    "deleteAddress": ACCOUNT,
    "listApiKeys": MANAGER,
    "createApiKey": MANAGER,
    "revokeApiKey": MANAGER,
    # catalog and inventory
    "listProducts": ANYONE,
    "getProduct": ANYONE,
    "listCategories": ANYONE,
    "createProduct": MANAGER,
    "updateProduct": MANAGER,
    "deleteProduct": MANAGER,
    "addVariant": MANAGER,
    "updateVariant": MANAGER,
    "getStock": STAFF,
    "adjustStock": _staff(Role.FULFILLMENT, Role.MANAGER),
    # carts
    "createCart": ANYONE,
    "getCart": OWNER,
    "getCurrentCart": OWNER,
    "addCartItem": OWNER,
    "replaceCartItems": OWNER,
    "changeCartItem": OWNER,
    "removeCartItem": OWNER,
    "claimCart": ACCOUNT,
    # checkout
    "createCheckout": ANYONE,
    "getCheckout": OWNER,
    "changeCheckout": OWNER,
    "completeCheckout": OWNER,
    "cancelCheckout": OWNER,
    # orders
    "listOrders": ACCOUNT_OR_STAFF,
    "getOrder": OWNER_OR_STAFF,
    "cancelOrder": OWNER_OR_SUPPORT,
    "captureOrderPayment": _staff(Role.SUPPORT, Role.MANAGER),
    "refundOrder": _staff(Role.SUPPORT, Role.MANAGER),
    # payment providers prove themselves by their signature
    "receivePaymentWebhook": ANYONE,
}

# What an API key can be limited to. Only operations for staff can be delegated.
SCOPES: dict[str, frozenset[str]] = {
    "products:write": frozenset(
        {"createProduct", "updateProduct", "deleteProduct", "addVariant", "updateVariant"}
    ),
    "stock:read": frozenset({"getStock"}),
    "stock:write": frozenset({"adjustStock"}),
    "orders:read": frozenset({"listOrders", "getOrder"}),
    "orders:write": frozenset({"cancelOrder"}),
    "payments:write": frozenset({"captureOrderPayment", "refundOrder"}),
}


def is_public(operation: str) -> bool:
    """Whether an operation asks nobody who they are."""
    return OPERATIONS.get(operation) is ANYONE


# What shows staff who somebody is; each look is written down (staff/access_log.py).
PERSONAL_OPERATIONS = frozenset(
    {"listOrders", "getOrder", "cancelOrder", "captureOrderPayment", "refundOrder"}
)
PERSONAL_PAGES = ("accounts_user", "carts_cart", "checkout_checkout", "orders_order")

_SITE_LOOK = (
    "accounts.view_user", "accounts.view_refreshsession", "accounts.view_savedaddress",
    "carts.view_cart", "carts.view_cartline",
    "catalog.view_category", "catalog.view_product", "catalog.view_variant", "catalog.view_price",
    "checkout.view_checkout", "checkout.view_checkoutline",
    "checkout.view_shippingmethod", "checkout.view_shippingprice",
    "events.view_event",
    "inventory.view_stock", "inventory.view_movement", "inventory.view_reservation",
    "orders.view_order", "orders.view_orderline",
    "payments.view_payment", "payments.view_ledgerentry", "payments.view_operation",
    "payments.view_webhookevent",
)  # fmt: skip
_SITE_STOCK = ("inventory.change_stock",)
_SITE_CATALOG = tuple(
    f"catalog.{verb}_{model}"
    for verb in ("add", "change", "delete")
    for model in ("category", "product", "variant", "price")
)
_SITE_SHIPPING = tuple(
    f"checkout.{verb}_{model}"
    for verb in ("add", "change", "delete")
    for model in ("shippingmethod", "shippingprice")
)
_SITE_MACHINES = (
    "api.view_idempotencykey",
    "procrastinate.view_procrastinatejob", "procrastinate.view_procrastinateevent",
    "procrastinate.change_procrastinatejob",
)  # fmt: skip
_SITE_MANAGEMENT = (*_SITE_LOOK, *_SITE_STOCK, *_SITE_CATALOG, *_SITE_SHIPPING, *_SITE_MACHINES)
_SITE_PEOPLE = (
    "accounts.add_user", "accounts.change_user", "staff.view_personaldataaccess",
)  # fmt: skip

# What each role may do in the admin; pages that are read-only for everybody stay so.
ADMIN_SITE: dict[Role, frozenset[str]] = {
    Role.CUSTOMER: frozenset(),
    Role.SUPPORT: frozenset(_SITE_LOOK),
    Role.FULFILLMENT: frozenset({*_SITE_LOOK, *_SITE_STOCK}),
    Role.MANAGER: frozenset(
        {*_SITE_LOOK, *_SITE_STOCK, *_SITE_CATALOG, *_SITE_SHIPPING, *_SITE_MACHINES}
    ),
    Role.ADMIN: frozenset(
        {*_SITE_LOOK, *_SITE_STOCK, *_SITE_CATALOG, *_SITE_SHIPPING, *_SITE_MACHINES, *_SITE_PEOPLE}
    ),
}


def as_markdown() -> str:
    """docs/roles.md: one line per operation, one column per kind of caller."""
    callers: list[tuple[str, frozenset[str] | None]] = [("anonymous", None)]
    callers += [(role, frozenset({Role.CUSTOMER, role})) for role in Role]
    lines = [
        "# Who may do what",
        "",
        "Rendered from `accounts/roles.py` by `manage.py show_roles`. A dot is a 401 or 403;",
        "`own` means that the operation answers for what the caller owns, and 404 for the rest,",
        "or 403 when the caller may read it.",
        "",
        "| operation | " + " | ".join(name for name, _ in callers) + " |",
        "|---|" + "---|" * len(callers),
    ]
    lines += [
        f"| `{name}` | " + " | ".join(_cell(rule, roles) for _, roles in callers) + " |"
        for name, rule in OPERATIONS.items()
    ]
    lines += ["", "## In the admin site", ""]
    lines += [f"- {role}: {_described(offer)}" for role, offer in ADMIN_SITE.items()]
    return "\n".join(lines) + "\n"


def _described(permissions: frozenset[str]) -> str:
    return ", ".join(f"`{permission}`" for permission in sorted(permissions)) or "nothing"


def _cell(rule: Rule, roles: frozenset[str] | None) -> str:
    if not rule.lets_in(roles):
        return "·"
    others = roles is not None and allows(roles, rule.others)
    own = rule in (OWNER, ACCOUNT) or (bool(rule.others) and not others)
    return "own" if own else "yes"
