"""An object store on this machine, that speaks as S3 does: with a bucket ``trials``, for as long as it is wanted."""

import contextlib
import os
import threading
import urllib.request

import pytest


@contextlib.contextmanager
def object_store(before=lambda application: application):
    """Serve it, and let the environment point to it; *before* may stand between it and who asks."""
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server")
    serving = pytest.importorskip("werkzeug.serving")
    made = serving.make_server("127.0.0.1", 0, before(server.DomainDispatcherApplication(server.create_backend_app)), threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    kept = dict(os.environ)
    os.environ |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{made.server_port}", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
                   "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    try:
        urllib.request.urlopen(urllib.request.Request(f"{os.environ['AWS_ENDPOINT_URL']}/trials", method="PUT")).read()
        yield
    finally:
        os.environ.clear()
        os.environ |= kept
        made.shutdown()
        thread.join()
        fsspec.filesystem("s3").clear_instance_cache()
