"""The vault in S3: a sealed version is one object that is never changed.

Each object has a KMS data key of its own, whose encryption context names app, endpoint and version.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.record import sealing
from chalicelib.record.contract import SealedVersion
from chalicelib.record.writes import Write

FORMAT = 1
FOLDER = "versions/"
LISTED_AT_ONCE = 1000  # objects; DeleteObjects takes as many


class S3Vault:
    """Seals versions and opens them; see `contract.Vault`."""

    def __init__(
        self, s3: Any, kms: Any, bucket: str, key_id: str, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._s3 = s3
        self._kms = kms
        self._bucket = bucket
        self._key_id = key_id
        self._random_bytes = random_bytes

    def put(self, app_id: str, endpoint_id: str, version_id: str, pem: bytes) -> Sequence[Write]:
        """Seal and store a version; the transaction need not hold anything."""
        context = sealing.context(app_id, endpoint_id, version_id)
        try:
            data_key = self._kms.generate_data_key(
                KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=context
            )
            sealed = _seal(data_key, self._random_bytes(sealing.NONCE_BYTES), pem, context)
            self._s3.put_object(
                Bucket=self._bucket, Key=place(endpoint_id, version_id), Body=sealed, IfNoneMatch="*"
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The certificate could not be stored; nothing was changed. Try again.") from error
        return ()

    def open(self, app_id: str, endpoint_id: str, version_id: str) -> bytes:
        """Return the PEM that was put under this identity; raise Unavailable if it does not open."""
        context = sealing.context(app_id, endpoint_id, version_id)
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=place(endpoint_id, version_id))["Body"].read()
            sealed = json.loads(body)
            wrapped = base64.b64decode(sealed["data_key"])
            key = self._kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]
            nonce, ciphertext = base64.b64decode(sealed["nonce"]), base64.b64decode(sealed["ciphertext"])
            return sealing.unseal(key, nonce, ciphertext, context)
        except (BotoCoreError, ClientError, ValueError, KeyError) as error:
            raise Unavailable(f"Version {version_id} of endpoint {endpoint_id} cannot be opened.") from error

    def probe(self) -> None:
        """Raise Unavailable unless the key is there and enabled."""
        try:
            state = self._kms.describe_key(KeyId=self._key_id)["KeyMetadata"]["KeyState"]
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"KMS does not answer for the key ({type(error).__name__}).") from error
        if state != "Enabled":
            raise Unavailable(f"The key is not enabled, but {state}.")

    def pages(self, most: int = LISTED_AT_ONCE) -> Iterator[list[SealedVersion]]:
        """Yield all that rests here, ordered by endpoint, at most so many at once; raise Unavailable."""
        request: dict[str, Any] = {"Bucket": self._bucket, "Prefix": FOLDER, "MaxKeys": most}
        while True:
            try:
                answer = self._s3.list_objects_v2(**request)
            except (BotoCoreError, ClientError) as error:
                raise Unavailable("The sealed versions cannot be listed.") from error
            yield [stored for each in answer.get("Contents", []) if (stored := _stored(each))]
            if not answer["IsTruncated"]:
                return
            request["ContinuationToken"] = answer["NextContinuationToken"]

    def delete(self, versions: Iterable[SealedVersion]) -> None:
        """Delete sealed versions of one page; those that are gone already do no harm. Raises Unavailable."""
        keys = [{"Key": place(each.endpoint_id, each.version_id)} for each in versions]
        if not keys:
            return
        try:
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("Sealed versions cannot be deleted.") from error
        if failed := answer.get("Errors"):
            raise Unavailable(f"{len(failed)} sealed versions cannot be deleted.")


def place(endpoint_id: str, version_id: str) -> str:
    """Return the S3 key of a sealed version."""
    return f"{FOLDER}{endpoint_id}/{version_id}"


def _stored(listed: dict[str, Any]) -> SealedVersion | None:
    """Read an entry of a list; None for what is none of ours."""
    endpoint_id, _, version_id = listed["Key"].removeprefix(FOLDER).partition("/")
    return SealedVersion(endpoint_id, version_id, listed["LastModified"]) if endpoint_id and version_id else None


def _seal(data_key: dict[str, Any], nonce: bytes, pem: bytes, context: dict[str, str]) -> bytes:
    ciphertext = sealing.seal(data_key["Plaintext"], nonce, pem, context)
    parts = {"data_key": data_key["CiphertextBlob"], "nonce": nonce, "ciphertext": ciphertext}
    written = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"format": FORMAT, **written}).encode()
