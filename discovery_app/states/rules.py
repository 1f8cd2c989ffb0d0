"""Who may call an event handler, and with what.

Every public method of a state can be called by any client with any payload, so each
carries a rule, and the gate refuses those without one::

    @rx.event
    @allow(Permission.CONTROL_WORKFLOWS, workflow_id=UUID)
    async def cancel(self, workflow_id: str, reason: str) -> None: ...
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Role
from discovery_app.errors import InvalidInputError, NotPermittedError

LONGEST_TEXT: Final = 10_000
"""Characters of one text argument, unless its schema says otherwise. Chosen."""
_RULE: Final = "__discovery_rule__"
_STRICT: Final = ConfigDict(str_max_length=LONGEST_TEXT, arbitrary_types_allowed=True)

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Argument:
    """What one argument must be.

    Attributes:
        adapter: Checks what came as JSON; ``None`` for a value that only the server
            makes, such as the chunks of an upload.
        kind: What the server makes.
    """

    name: str
    required: bool
    adapter: TypeAdapter[Any] | None
    kind: type | None = None

    def check(self, value: object) -> None:
        """Check one value.

        Raises:
            InvalidInputError: It is of another type, or too long.
        """
        if self.adapter is None:
            if not isinstance(value, self.kind or object):
                raise InvalidInputError(_refusal(self.name))
            return
        try:
            self.adapter.validate_json(json.dumps(value), strict=True)
        except (ValidationError, TypeError, ValueError) as error:
            raise InvalidInputError(_refusal(self.name)) from error


@dataclass(frozen=True)
class Rule:
    """Who may call a handler, and with what.

    Attributes:
        permission: What one of the caller's roles must allow; ``None`` means that
            being signed in is enough. The service asks again, on the engagement.
        public: Whether nobody needs to be signed in: the framework's own few.
    """

    permission: Permission | None
    arguments: tuple[Argument, ...]
    public: bool = False

    def check_roles(self, roles: frozenset[Role]) -> None:
        """Check that one of ``roles`` has the permission.

        Raises:
            NotPermittedError: None has.
        """
        if self.permission is None:
            return
        if not any(self.permission in ROLE_PERMISSIONS[role] for role in roles):
            widest = Role.MANAGER if Role.MANAGER in roles else Role.CONSULTANT
            raise NotPermittedError(widest, self.permission)

    def check_payload(self, payload: Mapping[str, object]) -> None:
        """Check that ``payload`` has the arguments, all of them, and no other.

        Raises:
            InvalidInputError: It has not.
        """
        known = {one.name for one in self.arguments}
        for name in payload:
            if name not in known:
                raise InvalidInputError(_refusal(name))
        for one in self.arguments:
            if one.name in payload:
                one.check(payload[one.name])
            elif one.required:
                raise InvalidInputError(_refusal(one.name))


def allow(
    permission: Permission | None = None, **schema: Any
) -> Callable[[Method], Method]:
    """Let signed-in people call a handler; goes directly under ``rx.event``.

    Args:
        permission: What one of their roles must allow.
        schema: By argument, what it must be where the method's annotation says less,
            e.g. ``workflow_id=UUID`` for a ``str``. Anything Pydantic knows. The
            handler still receives what the browser sent.
    """

    def attach(method: Method) -> Method:
        rule = Rule(permission, arguments_of(method, schema))
        setattr(method, _RULE, rule)
        return method

    return attach


def rule_of(method: Callable[..., Any]) -> Rule | None:
    """Return the rule that ``allow`` gave ``method``, if it did."""
    rule = getattr(method, _RULE, None)
    return rule if isinstance(rule, Rule) else None


def arguments_of(
    method: Callable[..., Any], schema: Mapping[str, Any]
) -> tuple[Argument, ...]:
    """Return what the arguments of ``method`` must be.

    Raises:
        TypeError: The schema names an argument that is not there, or one has neither
            schema nor annotation.
    """
    parameters = dict(list(inspect.signature(method).parameters.items())[1:])
    if unknown := schema.keys() - parameters.keys():
        raise TypeError(f"{method.__qualname__} has no argument {sorted(unknown)}.")
    hints = get_type_hints(method, include_extras=True) | dict(schema)
    found = []
    for name, parameter in parameters.items():
        if name not in hints:
            raise TypeError(f"{method.__qualname__}: annotate {name}.")
        required = parameter.default is inspect.Parameter.empty
        found.append(_argument(name, hints[name], required=required))
    return tuple(found)


def _argument(name: str, hint: Any, *, required: bool) -> Argument:
    if _is_servers(hint):
        return Argument(name, required, None, hint)
    if inspect.isclass(hint) and hasattr(hint, "model_config"):
        return Argument(name, required, TypeAdapter(hint))
    return Argument(name, required, TypeAdapter(hint, config=_STRICT))


def _is_servers(hint: Any) -> bool:
    """Return whether values of ``hint`` are made by the server and never by JSON."""
    return inspect.isclass(hint) and hint.__module__.startswith("reflex")


def _refusal(name: str) -> str:
    return (
        f"This page sent something unexpected ({name[:40]}); reload it and try again."
    )
