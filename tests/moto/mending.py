"""What moto has to be told before it can play this product's AWS."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import moto.core.responses
import moto.kms.policy_validator
import moto.kms.responses
from moto import backends
from moto.core.utils import method_names_from_class

ACCOUNT = "123456789012"

_list_of_moto_modules = backends.list_of_moto_modules
_method_names = method_names_from_class
_validate_policy = moto.kms.policy_validator.validate_policy


def apply() -> None:
    """Let it describe a key that a stack made, and not list its own folder and methods anew for each call."""
    for owner, name, replacement in REPLACEMENTS:
        setattr(owner, name, replacement)


def one_at_a_time(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Let one call at a time reach moto, which is not thread-safe."""
    lock = threading.Lock()

    def locked(*arguments: Any, **named: Any) -> Any:
        with lock:
            return answer(*arguments, **named)

    return locked


def _validate_policy_of_stack(key: Any, action: str) -> None:
    """Read also a policy that came as an object, as those in templates do."""
    policy = key.policy if isinstance(key.policy, str) else json.dumps(key.policy)
    _validate_policy(SimpleNamespace(policy=policy, arn=key.arn), action)  # type: ignore[arg-type]


@cache
def _modules() -> frozenset[str]:
    return frozenset(_list_of_moto_modules())


REPLACEMENTS: tuple[tuple[Any, str, Any], ...] = (
    (backends, "list_of_moto_modules", _modules),
    (moto.core.responses, "method_names_from_class", cache(_method_names)),
    (moto.kms.responses, "validate_policy", _validate_policy_of_stack),
)
