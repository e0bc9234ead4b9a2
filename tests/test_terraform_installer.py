"""The terraform binary and its providers: found, or installed from one that plays HashiCorp's."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from groundplan.errors import InputError, ToolError
from groundplan.terraform import installer, providers


def fake_terraform(folder, version):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "terraform"
    path.write_text(f"""#!/bin/sh\necho '{{"terraform_version": "{version}"}}'\n""")
    path.chmod(0o755)
    return path


class TestInstaller:
    @pytest.fixture(autouse=True)
    def only_the_shell(self, monkeypatch, tmp_path):
        """Nothing but the shell on PATH."""
        self.bin = tmp_path / "bin"
        self.bin.mkdir()
        (self.bin / "sh").symlink_to("/bin/sh")
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setattr("platform.system", lambda: "Linux")
        monkeypatch.setattr("platform.machine", lambda: "x86_64")

    def test_none_is_told_with_how_to_get_it(self, tmp_path):
        with pytest.raises(ToolError, match="terraform is not installed") as error:
            installer.find(tmp_path)
        assert error.value.exit_code == 3
        assert "groundplan doctor --install" in error.value.hint

    def test_one_that_is_too_old_is_told(self, tmp_path):
        fake_terraform(self.bin, "1.5.7")
        with pytest.raises(ToolError, match=r"terraform 1\.5\.7 .* is too old"):
            installer.find(tmp_path)

    def test_the_workspaces_own_stands_in_for_one_that_is_too_old(self, tmp_path):
        fake_terraform(self.bin, "1.5.7")
        ours = fake_terraform(tmp_path / ".tools", "1.11.4")
        assert installer.find(tmp_path) == ours
        newer = fake_terraform(self.bin, "1.12.0-beta1")
        assert installer.find(tmp_path) == newer

    def test_it_is_downloaded_checked_and_put_in_place(self, tmp_path, releases):
        archive = releases.publish("1.11.4")
        releases.pin(archive)

        path = installer.install(tmp_path)

        assert path == tmp_path / ".tools" / "terraform"
        assert installer.version(path) == (1, 11, 4)
        releases.stop()
        assert installer.install(tmp_path) == path, "what is there is not downloaded again"

    def test_another_archive_than_the_published_one_is_refused(self, tmp_path, releases):
        releases.publish("1.11.4")
        with pytest.raises(ToolError, match="is not what HashiCorp published"):
            installer.install(tmp_path)
        assert list((tmp_path / ".tools").iterdir()) == [], "nothing is left behind"

    def test_a_broken_download_leaves_nothing_and_the_next_one_works(self, tmp_path, releases):
        archive = releases.publish("1.11.4")
        releases.pin(archive)
        releases.cut = True
        with pytest.raises(ToolError):
            installer.install(tmp_path)
        assert list((tmp_path / ".tools").iterdir()) == []

        releases.cut = False
        assert installer.install(tmp_path).exists()

    def test_no_network_is_told(self, tmp_path, releases):
        releases.stop()
        with pytest.raises(ToolError, match="can't be downloaded"):
            installer.install(tmp_path)

    def test_a_machine_without_a_pinned_archive_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setattr("platform.machine", lambda: "riscv64")
        with pytest.raises(ToolError, match="no Terraform is pinned for Linux on riscv64"):
            installer.install(tmp_path)


class Releases:
    """A web server in the place of releases.hashicorp.com."""

    def __init__(self, folder, monkeypatch) -> None:
        self.folder = folder
        self.cut = False
        self.monkeypatch = monkeypatch
        releases = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_arguments: object) -> None:
                pass

            def copyfile(self, source, outputfile) -> None:
                content = source.read()
                outputfile.write(content[: len(content) // 2] if releases.cut else content)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        url = f"http://127.0.0.1:{self.server.server_port}"
        monkeypatch.setenv("GROUNDPLAN_TERRAFORM_URL", url)

    def publish(self, version):
        script = f"""#!/bin/sh\necho '{{"terraform_version": "{version}"}}'\n"""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("terraform", script)
        path = self.folder / version / f"terraform_{version}_linux_amd64.zip"
        path.parent.mkdir(parents=True)
        path.write_bytes(content.getvalue())
        return path

    def pin(self, archive):
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        self.monkeypatch.setitem(installer.SUMS, "linux_amd64", found)

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
        self.server.server_close()


@pytest.fixture
def releases(tmp_path, monkeypatch):
    folder = tmp_path / "releases"
    folder.mkdir()
    server = Releases(folder, monkeypatch)
    yield server
    server.stop()


class TestProviders:
    @pytest.fixture(autouse=True)
    def no_configuration(self, monkeypatch, tmp_path):
        monkeypatch.delenv("GROUNDPLAN_PROVIDER_MIRROR", raising=False)
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "missing"))
        monkeypatch.setenv("HOME", str(tmp_path))

    def test_a_mirror_on_this_machine_is_used(self, tmp_path, monkeypatch):
        (tmp_path / "m" / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
        monkeypatch.setenv("GROUNDPLAN_PROVIDER_MIRROR", str(tmp_path / "m"))
        text = providers.configuration(tmp_path / "build").read_text()
        assert f'path = "{tmp_path}/m"' in text
        assert text.count('["registry.terraform.io/hashicorp/aws"]') == 2

    def test_the_users_own_configuration_is_left_alone(self, tmp_path, monkeypatch):
        (tmp_path / "mine.tfrc").touch()
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "mine.tfrc"))
        assert providers.configuration(tmp_path / "build") is None

    def test_a_folder_that_is_no_mirror_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GROUNDPLAN_PROVIDER_MIRROR", str(tmp_path))
        with pytest.raises(InputError, match="is no provider mirror"):
            providers.mirrors()
