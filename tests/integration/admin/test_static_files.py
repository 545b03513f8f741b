from __future__ import annotations

import json
import re

from django.core.management import call_command
from django.test import Client


def test_every_static_file_is_collected_under_a_name_with_its_hash(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert re.fullmatch(r"backoffice/favicon\.[0-9a-f]{12}\.svg", paths["backoffice/favicon.svg"])
    assert (tmp_path / paths["unfold/css/styles.css"]).exists()


def test_without_a_build_step_the_files_come_from_their_packages(db):
    page = Client().get("/admin/login/").content.decode()
    styles = re.search(r'href="(/static/unfold/css/styles[^"]*)"', page)[1]
    response = Client().get(styles)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
