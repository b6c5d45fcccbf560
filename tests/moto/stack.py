"""Makes the resources of .chalice/resources.yaml in moto."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

NAME = "ssl-endpoint"
TEMPLATE = Path(__file__).parents[2] / ".chalice" / "resources.yaml"
TTL_ATTRIBUTE = "ttl"


def make(session: Any) -> dict[str, str]:
    """Make the stack with a boto3 session, and return its outputs; sets what moto leaves out without a word."""
    cloudformation = session.client("cloudformation")
    parameters = [{"ParameterKey": "Local", "ParameterValue": "true"}]
    cloudformation.create_stack(StackName=NAME, TemplateBody=json.dumps(template()), Parameters=parameters)
    (stack,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    _complete(session, outputs)
    return outputs


def template() -> dict[str, Any]:
    """Return the template without the entries that only amend what `chalice package` makes."""
    whole: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)
    resources = {name: resource for name, resource in whole["Resources"].items() if "Type" in resource}
    return {**whole, "Resources": resources}


def environment(outputs: dict[str, str]) -> dict[str, str]:
    """Return the variables by which the product knows its resources."""
    return {f"SSL_ENDPOINT_{name.upper()}": outputs[name] for name in ("Table", "Bucket", "Key")}


def _complete(session: Any, outputs: dict[str, str]) -> None:
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    session.client("s3").put_public_access_block(
        Bucket=outputs["Bucket"], PublicAccessBlockConfiguration=dict.fromkeys(closed, True)
    )
    ttl = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
    session.client("dynamodb").update_time_to_live(TableName=outputs["Table"], TimeToLiveSpecification=ttl)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads CloudFormation's short forms: !Ref x is {"Ref": x}, !Sub x is {"Fn::Sub": x}."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)
