"""Settings: where they come from, and which are refused."""

from pathlib import Path

import pytest

from chirrup.platform.errors import StartRefused
from chirrup.settings import Settings, load


def test_everything_has_a_default() -> None:
    assert load({}, {}) == Settings()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "chirrup.toml").write_text('port = 1001\nname = "From the file"\ntimeline_size = 1\nhost = "file"\n')
    environment = {"CHIRRUP_DATA_DIR": str(tmp_path), "CHIRRUP_PORT": "1002", "CHIRRUP_TIMELINE_SIZE": "2"}
    settings = load({"port": 1003, "host": None}, environment)
    assert settings == Settings(data_dir=tmp_path, port=1003, name="From the file", timeline_size=2, host="file")


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert load({"data_dir": tmp_path}, {"CHIRRUP_PORT": "", "PORT": "99"}).port == Settings().port


@pytest.mark.parametrize(
    "environment",
    [
        {"CHIRRUP_PORT": "many"},
        {"CHIRRUP_PORT": "70000"},
        {"CHIRRUP_TIMELINE_SIZE": "0"},
        {"CHIRRUP_RATE_LIMITS": "maybe"},
        {"CHIRRUP_PROFILE": "cloud"},
        {"CHIRRUP_LOG_LEVEL": "loud"},
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StartRefused) as refusal:
        load({"data_dir": tmp_path}, environment)
    assert str(refusal.value).count("\n") == 0


@pytest.mark.parametrize("text", ["prot = 1", "port = ", "port = 'x", "[tables]\nport = 1", "\xff"])
def test_a_file_that_cannot_be_understood_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "chirrup.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(StartRefused):
        load({"data_dir": tmp_path}, {})


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        (Settings(host="127.0.0.1", port=8123), "http://127.0.0.1:8123"),
        (Settings(public_url="https://birds.example/"), "https://birds.example"),
    ],
)
def test_the_origin_is_the_public_address_without_a_slash(settings: Settings, origin: str) -> None:
    assert settings.origin == origin


def test_the_time_to_live_is_in_milliseconds() -> None:
    assert Settings(timeline_ttl_hours=2).timeline_ttl == 2 * 60 * 60 * 1000
