"""Where bundles rest: chain and private key together in one encrypted S3 object that is never changed.

Each object has a KMS data key of its own, whose encryption context names app, endpoint and version, and
AES-256-GCM over the bundle with the same context as associated data: an object copied over another one's
place does not open.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.errors import Unavailable

FORMAT = 1
NONCE_BYTES = 12  # NIST SP 800-38D §8.2: 96 bits
FOLDER = "bundles/"
LISTED_AT_ONCE = 1000  # objects; DeleteObjects takes as many


@dataclass(frozen=True, slots=True)
class Stored:
    """A bundle that rests in S3, whoever it belongs to."""

    endpoint_id: str
    version_id: str
    at: datetime  # when it was put there


class Vault:
    """Puts bundles away and takes them out."""

    def __init__(
        self, s3: Any, kms: Any, bucket: str, key_id: str, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._s3 = s3
        self._kms = kms
        self._bucket = bucket
        self._key_id = key_id
        self._random_bytes = random_bytes

    def put(self, app_id: str, endpoint_id: str, version_id: str, pem: bytes) -> None:
        """Store a bundle (PEM: leaf, chain, private key) under an identity that was never used before.

        Raises Unavailable when KMS or S3 does not answer.
        """
        context = {"app": app_id, "endpoint": endpoint_id, "version": version_id}
        try:
            data_key = self._kms.generate_data_key(
                KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=context
            )
            sealed = _seal(data_key, self._random_bytes(NONCE_BYTES), pem, context)
            self._s3.put_object(
                Bucket=self._bucket, Key=place(endpoint_id, version_id), Body=sealed, IfNoneMatch="*"
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The certificate could not be stored; nothing was changed. Try again.") from error

    def open(self, app_id: str, endpoint_id: str, version_id: str) -> bytes:
        """Return the bundle that was put under this identity.

        Raises Unavailable when it cannot be had or was tampered with.
        """
        context = {"app": app_id, "endpoint": endpoint_id, "version": version_id}
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=place(endpoint_id, version_id))["Body"].read()
            sealed = json.loads(body)
            wrapped = base64.b64decode(sealed["data_key"])
            key = self._kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]
            nonce, ciphertext = base64.b64decode(sealed["nonce"]), base64.b64decode(sealed["ciphertext"])
            return AESGCM(key).decrypt(nonce, ciphertext, _associated(context))
        except (BotoCoreError, ClientError, ValueError, KeyError, InvalidTag) as error:
            raise Unavailable(f"Version {version_id} of endpoint {endpoint_id} cannot be opened.") from error

    def probe(self) -> None:
        """Raise Unavailable unless the key is there and enabled."""
        try:
            state = self._kms.describe_key(KeyId=self._key_id)["KeyMetadata"]["KeyState"]
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"KMS does not answer for the key ({type(error).__name__}).") from error
        if state != "Enabled":
            raise Unavailable(f"The key is not enabled, but {state}.")

    def pages(self, most: int = LISTED_AT_ONCE) -> Iterator[list[Stored]]:
        """Yield all that is stored, ordered by endpoint, at most so many at once; raise Unavailable.

        What is put there meanwhile may be missing; deleting what was yielded does not disturb.
        """
        request: dict[str, Any] = {"Bucket": self._bucket, "Prefix": FOLDER, "MaxKeys": most}
        while True:
            try:
                answer = self._s3.list_objects_v2(**request)
            except (BotoCoreError, ClientError) as error:
                raise Unavailable("The stored bundles cannot be listed.") from error
            yield [stored for each in answer.get("Contents", []) if (stored := _stored(each))]
            if not answer["IsTruncated"]:
                return
            request["ContinuationToken"] = answer["NextContinuationToken"]

    def delete(self, bundles: Sequence[Stored]) -> None:
        """Delete at most LISTED_AT_ONCE bundles; those that are gone already do no harm. Raises Unavailable."""
        keys = [{"Key": place(each.endpoint_id, each.version_id)} for each in bundles]
        if not keys:
            return
        try:
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("Stored bundles cannot be deleted.") from error
        if failed := answer.get("Errors"):
            raise Unavailable(f"{len(failed)} stored bundles cannot be deleted.")


def place(endpoint_id: str, version_id: str) -> str:
    """Return the S3 key of a bundle."""
    return f"{FOLDER}{endpoint_id}/{version_id}"


def _stored(listed: dict[str, Any]) -> Stored | None:
    """Read an entry of a list; None for what is no bundle of ours."""
    endpoint_id, _, version_id = listed["Key"].removeprefix(FOLDER).partition("/")
    return Stored(endpoint_id, version_id, listed["LastModified"]) if endpoint_id and version_id else None


def _seal(data_key: dict[str, Any], nonce: bytes, pem: bytes, context: dict[str, str]) -> bytes:
    ciphertext = AESGCM(data_key["Plaintext"]).encrypt(nonce, pem, _associated(context))
    parts = {"data_key": data_key["CiphertextBlob"], "nonce": nonce, "ciphertext": ciphertext}
    written = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"format": FORMAT, **written}).encode()


def _associated(context: dict[str, str]) -> bytes:
    return json.dumps(context, sort_keys=True).encode()
