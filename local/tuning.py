"""Makes moto quick enough to live in: the same answers at a fraction of the cost (its tables: local/tables.py).

As it comes, moto lists its own folder and its own methods for each call, searches each answer for XML, and keeps
every object that it ever made in a list, so that each of them stays in memory for ever. And it cannot describe a
key that a stack made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import moto.core.responses
import moto.kms.models
import moto.kms.policy_validator
import moto.kms.responses
import moto.s3.models
from moto import backends
from moto.core.model_instances import model_data
from moto.core.responses import BaseResponse
from moto.core.utils import method_names_from_class

from local import tables

FORGETFUL_SERVICES = ("dynamodb", "s3", "kms")

_list_of_moto_modules = backends.list_of_moto_modules
_method_names = method_names_from_class
_enrich_any = BaseResponse._enrich_response
_validate_policy = moto.kms.policy_validator.validate_policy


class _Forgetful(list[Any]):
    """A list that stays empty."""

    def append(self, _: Any) -> None:
        """Forget."""


def apply(forgetful: Sequence[str] = FORGETFUL_SERVICES) -> None:
    """Replace the costly parts of moto in this process; these services forget what is no longer in use."""
    for service in forgetful:
        kinds: Any = model_data[service].values()
        for kind in kinds:
            kind.instances_tracked = _Forgetful()
    for owner, name, replacement in (*REPLACEMENTS, *tables.REPLACEMENTS):
        setattr(owner, name, replacement)


def _enrich(headers: dict[str, str], body: Any) -> Any:
    """Give an answer an id, without looking for XML in JSON."""
    if isinstance(body, str) and body[:1] == "{":
        status = {"status": str(headers["status"])} if "status" in headers else {}
        return {**headers, **status, "x-amzn-requestid": str(uuid4())}, body
    return _enrich_any(headers, body)


def _validate_policy_of_stack(key: Any, action: str) -> None:
    """Read also a policy that came as an object, as those in templates do."""
    policy = key.policy if isinstance(key.policy, str) else json.dumps(key.policy)
    _validate_policy(SimpleNamespace(policy=policy, arn=key.arn), action)  # type: ignore[arg-type]


@cache
def _modules() -> frozenset[str]:
    """Return what moto lists anew on disk for each call."""
    return frozenset(_list_of_moto_modules())


REPLACEMENTS: tuple[tuple[Any, str, Any], ...] = (
    (backends, "list_of_moto_modules", _modules),
    (moto.core.responses, "method_names_from_class", cache(_method_names)),
    (BaseResponse, "_enrich_response", staticmethod(_enrich)),
    (moto.kms.responses, "validate_policy", _validate_policy_of_stack),
)
