"""``python -m engine live``: the page Live in a folder."""

from engine.checkpoints import WEIGHTS_FILE
from tests.engine.commands.command_line import run


def test_the_page_is_written_and_what_is_left_out_is_named(folder, capsys):
    (folder / "checkpoints" / "tiny-speech" / WEIGHTS_FILE).unlink()
    assert run("live", "--out", "site") == 0
    shown = capsys.readouterr()
    num_files = sum(path.is_file() for path in (folder / "site").rglob("*"))
    assert shown.out.startswith(f"wrote site: {num_files} files, ")
    assert shown.err.startswith("left out: model.safetensors of 'tiny-speech' is missing")
    models = sorted(path.name for path in (folder / "site" / "models").iterdir())
    assert models == ["tiny-gru.json", "tiny-gru.safetensors"]
    assert run("live", "--out", "site") == 0, "what the command has written before may be replaced"


def test_a_folder_of_something_else_is_refused(refusal, folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.txt").write_text("mine")
    assert "holds something other than an earlier page Live" in refusal("live --out mine")
    assert (folder / "mine" / "notes.txt").read_text() == "mine"
