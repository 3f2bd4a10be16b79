"""The judge itself: it finds what is broken, shortens what shows it, and plays the same history every time."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chirrup.cli import app
from chirrup.commands.bench.judge import acts
from chirrup.commands.bench.judge.acts import AnyAct, read_history, written
from chirrup.commands.bench.judge.chance import random_history
from chirrup.commands.bench.judge.shrink import shortened
from chirrup.platform.errors import StartRefused
from chirrup.posts.reading import Entry, Hydrated
from chirrup.timelines import home


def shows_strangers(viewer_id: int, entries: list[Entry], hydrated: Hydrated) -> list[Entry]:
    """Leave out nothing, as a server would that forgot to."""
    return entries


def run(*arguments: object) -> tuple[int, dict[str, object]]:
    """Run the command; return its exit code and what it reports."""
    result = CliRunner().invoke(app, ["bench", "model", *map(str, arguments), "--profile", "embedded", "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_the_same_seed_makes_the_same_history() -> None:
    assert random_history("7/1", 60, cluster=True) == random_history("7/1", 60, cluster=True)
    assert random_history("7/1", 60, cluster=True) != random_history("7/2", 60, cluster=True)


def test_a_written_history_is_read_as_it_was(tmp_path: Path) -> None:
    history = acts.History(about="a reason", wide=True, acts=random_history("7/1", 60, cluster=True))
    file = tmp_path / "history.json"
    file.write_text(written(history))
    assert read_history(file) == history


def test_a_file_that_is_no_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text('{"acts": [{"act": "sing"}]}')
    with pytest.raises(StartRefused):
        read_history(tmp_path / "history.json")


def test_a_history_is_shortened_to_the_acts_that_matter() -> None:
    def fails(history: Sequence[AnyAct]) -> bool:
        banned = [act.one for act in history if isinstance(act, acts.Ban)]
        follows = [pair for act in history if isinstance(act, acts.Follow) for pair in act.pairs]
        return 3 in banned and (1, 2) in follows

    noise = random_history("7/1", 60, cluster=False)
    pairs = ((4, 5), (1, 2), (6, 7))
    history = [*noise, acts.Follow(pairs=pairs), *noise, acts.Ban(one=3), *noise]
    short = shortened(history, fails)
    assert sorted(short, key=str) == [acts.Ban(one=3), acts.Follow(pairs=((1, 2),))]


def test_a_sound_server_passes() -> None:
    code, facts = run("--histories", 2, "--steps", 30)
    assert code == 0
    assert facts["histories"] == 2
    assert facts["pages"]


@pytest.mark.slow
def test_a_broken_server_is_found_and_its_shortest_history_shows_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "belonging", shows_strangers)
    file = tmp_path / "history.json"
    code, facts = run("--histories", 50, "--keep", file)
    assert code == 1
    assert len(read_history(file).acts) < 20
    assert run("--replay", file, "--keep", file, "--shrink", 0)[0] == 1
    monkeypatch.undo()
    assert run("--replay", file)[0] == 0
    assert facts["again"] == f"chirrup bench model --replay {file}"
