"""A local S3 server that plays the bucket which machines share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from discovery_app.config import settings
from discovery_app.storage import ObjectStore, object_store


@dataclass(frozen=True)
class Bucket:
    """An empty bucket, and the server that plays it."""

    address: str
    server: ThreadedMotoServer

    @property
    def store(self) -> ObjectStore:
        return ObjectStore(self.address)

    @property
    def port(self) -> int:
        return self.server.get_host_and_port()[1]


@contextmanager
def bucket_for(
    monkeypatch: pytest.MonkeyPatch, listens: str = "127.0.0.1"
) -> Iterator[Bucket]:
    """Play a bucket; its settings reach this process and its children."""
    name = f"discovery-{uuid4().hex}"  # All servers of a process share their content.
    # A cached connection would lead to the server of an earlier test.
    monkeypatch.setattr("s3fs.S3FileSystem.cachable", False)
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    server = ThreadedMotoServer(ip_address=listens, port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("DISCOVERY_STORAGE_URL", f"s3://{name}/files")
    settings.cache_clear()
    object_store.cache_clear()
    boto3.client("s3").create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    yield Bucket(f"s3://{name}/files", server)
    server.stop()
