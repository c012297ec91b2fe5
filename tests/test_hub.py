"""`minitorch.hub`: state dicts from a url, models from a directory."""

import hashlib

import pytest

import minitorch as torch
from minitorch import hub


@pytest.fixture
def url(tmp_path):
    """Of a file with a state dict."""
    path = tmp_path / "served" / "net.pth"
    path.parent.mkdir()
    torch.save({"weight": torch.ones(2)}, path)
    return path.as_uri()


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    """Where downloads are kept."""
    monkeypatch.setattr(hub, "CHOSEN", {})
    hub.set_dir(tmp_path / "hub")
    return tmp_path / "hub"


def test_a_state_dict_is_downloaded_once(url, directory, capsys):
    assert hub.load_state_dict_from_url(url, progress=False)["weight"].tolist() == [1, 1]
    assert (directory / "checkpoints" / "net.pth").exists()
    assert capsys.readouterr().out.startswith(f'Downloading: "{url}" to ')
    assert list(hub.load_state_dict_from_url(url, map_location="cpu")) == ["weight"]
    assert not capsys.readouterr().out


def test_it_can_be_kept_elsewhere_under_another_name(url, tmp_path):
    hub.load_state_dict_from_url(url, str(tmp_path / "mine"), progress=False, file_name="a.pth")
    assert (tmp_path / "mine" / "a.pth").exists()


def test_a_file_with_another_digest_is_not_kept(url, tmp_path):
    path = tmp_path / "net.pth"
    with pytest.raises(RuntimeError, match=r'invalid hash value \(expected "0123", got "'):
        hub.download_url_to_file(url, str(path), "0123", progress=False)
    assert [each.name for each in tmp_path.iterdir()] == ["served"]


def test_the_digest_stands_in_the_name(url, tmp_path):
    whole = hashlib.sha256((tmp_path / "served" / "net.pth").read_bytes()).hexdigest()
    name = f"net-{whole[:8]}.pth"
    hub.load_state_dict_from_url(url, check_hash=True, file_name=name, progress=False)
    with pytest.raises(RuntimeError, match="invalid hash value"):
        hub.load_state_dict_from_url(
            url, check_hash=True, file_name="net-abcd0123.pth", progress=False
        )


def test_the_bar_shows_how_much_has_come(url, tmp_path, capfd):
    hub.download_url_to_file(url, str(tmp_path / "net.pth"))
    assert "100%" in capfd.readouterr().err


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "hubconf.py").write_text(
        "from beside import value\n"
        "dependencies = ['numpy']\n"
        "def small(n=2, bias=True):\n    return value * n, bias\n"
    )
    (tmp_path / "beside.py").write_text("value = 10\n")
    return str(tmp_path)


def test_models_come_from_a_directory(repository):
    assert hub.load(repository, "small", source="local") == (20, True)
    assert hub.load(repository, "small", 3, source="local", bias=False) == (30, False)


def test_a_model_may_import_what_is_beside_it_when_it_is_made(repository, tmp_path):
    (tmp_path / "hubconf.py").write_text(
        "def small():\n    from beside_later import value\n    return value\n"
    )
    (tmp_path / "beside_later.py").write_text("value = 21\n")
    assert hub.load(repository, "small", source="local") == 21


def test_what_a_directory_lacks_is_named(repository, tmp_path):
    with pytest.raises(RuntimeError, match="Cannot find callable large in hubconf"):
        hub.load(repository, "large", source="local")
    (tmp_path / "hubconf.py").write_text("dependencies = ['no_such_package']\n")
    with pytest.raises(RuntimeError, match="Missing dependencies: no_such_package"):
        hub.load(repository, "small", source="local")
    with pytest.raises(ValueError, match=r'Unknown source: "disk"\. Allowed values: "github"'):
        hub.load(repository, "small", source="disk")
    with pytest.raises(ValueError, match="Invalid input: model should be a string of function"):
        hub.load(repository, 3, source="local")


@pytest.mark.parametrize("name", ["load", "list", "help"])
def test_code_from_the_net_is_refused(name):
    with pytest.raises(RuntimeError, match="minitorch takes no code from the net, and a/b would"):
        getattr(hub, name)("a/b", "model")


def test_the_hub_offers_tqdm_as_programs_expect():
    assert list(hub.tqdm([1, 2], disable=True)) == [1, 2]


def test_the_hub_reads_the_digest_in_a_name():
    path = hub.urlparse("https://example.org/models/net-5c106cde.pth?x=1").path
    assert hub.HASH_REGEX.search(path).group(1) == "5c106cde"


def test_the_hub_directory_is_pytorchs(monkeypatch):
    monkeypatch.setattr(hub, "CHOSEN", {})
    monkeypatch.setenv("TORCH_HOME", "somewhere")
    assert hub.get_dir().replace("\\", "/") == "somewhere/hub"
