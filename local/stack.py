"""Makes what is missing in the embedded AWS: the resources of .chalice/resources.yaml and the first token."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import yaml
from botocore.exceptions import ClientError

from chalicelib import wiring
from chalicelib.errors import Unauthorized
from local.folder import Folder

NAME = "ssl-endpoint"
TEMPLATE = Path(__file__).parents[1] / ".chalice" / "resources.yaml"
OWNER = "owner@localhost"
WAIT_SECONDS = 60
LOOK_SECONDS = 0.05
TTL_ATTRIBUTE = "ttl"


def ensure(session: Any) -> dict[str, str]:
    """Make the stack, or change it to what the template now says; return its outputs.

    `session` is a boto3 session. Sets by API what moto leaves out of a stack without a word.
    """
    cloudformation = session.client("cloudformation")
    template = json.dumps(local_template(), sort_keys=True)
    request = {"StackName": NAME, "TemplateBody": template, "Parameters": [_parameter("Local", "true")]}
    if (there := _template_of(cloudformation)) is None:
        cloudformation.create_stack(**request)
    elif there != json.loads(template):
        cloudformation.update_stack(**request)
    (stack,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    _complete(session, outputs)
    return outputs


def local_template() -> dict[str, Any]:
    """Return the template without the entries that only amend what `chalice package` makes."""
    template: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506, a SafeLoader
    resources = {name: resource for name, resource in template["Resources"].items() if "Type" in resource}
    return {**template, "Resources": resources}


def main() -> None:
    """Print the variables that name the resources, and the first token, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args()
    _wait_for(os.environ["AWS_ENDPOINT_URL"])
    outputs = ensure(boto3.session.Session())
    os.environ.update(environment(outputs))
    json.dump({"environment": environment(outputs), "token": _token(Folder(options.state))}, sys.stdout)


def environment(outputs: dict[str, str]) -> dict[str, str]:
    """Return the variables by which the product knows its resources."""
    return {f"SSL_ENDPOINT_{name.upper()}": outputs[name] for name in ("Table", "Bucket", "Key")}


def _wait_for(endpoint: str) -> None:
    """Return when something listens at a URL: boto3 by itself would look less and less often."""
    address = urlsplit(endpoint)
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            socket.create_connection((address.hostname, address.port or 80), WAIT_SECONDS).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_SECONDS)


def _template_of(cloudformation: Any) -> Any:
    try:
        return json.loads(json.dumps(cloudformation.get_template(StackName=NAME)["TemplateBody"]))
    except ClientError:
        return None


def _complete(session: Any, outputs: dict[str, str]) -> None:
    """Set what moto leaves out; but no versioning: nothing here would end old versions, and they hold keys."""
    dynamodb, s3 = session.client("dynamodb"), session.client("s3")
    table = {"TableName": outputs["Table"]}
    if dynamodb.describe_time_to_live(**table)["TimeToLiveDescription"].get("TimeToLiveStatus") == "ENABLED":
        return
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    blocked = dict.fromkeys(closed, True)
    s3.put_public_access_block(Bucket=outputs["Bucket"], PublicAccessBlockConfiguration=blocked)
    ttl = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
    dynamodb.update_time_to_live(**table, TimeToLiveSpecification=ttl)  # last: it says that all is done


def _token(folder: Folder) -> str:
    """Return the admin token of the state folder; issue one where there is none, or none that counts."""
    tokens = wiring.tokens()
    if secret := folder.read("token"):
        try:
            tokens.caller(secret, "start")
        except Unauthorized:
            pass
        else:
            return secret
    secret = tokens.issue(tokens.account(OWNER), "local", "admin")
    folder.write("token", secret)
    return secret


def _parameter(key: str, value: str) -> dict[str, str]:
    return {"ParameterKey": key, "ParameterValue": value}


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

if __name__ == "__main__":
    main()
