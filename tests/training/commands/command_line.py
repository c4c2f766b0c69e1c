"""``python -m training`` and ``python -m engine``, as a person uses them one after the other."""

import re
from pathlib import Path

from training import __main__ as program

QUICK = ("--cell", "gru", "--name", "mine", "--units", "5", "--epochs", "2", "--quiet")


class CommandLine:
    """Both programs, with checkpoints and runs in a folder of the test's own."""

    def __init__(self, folder: Path, capsys):
        self.folder, self.capsys = folder, capsys
        self.checkpoints, self.runs = folder / "checkpoints", folder / "runs"

    def __call__(self, *arguments: str, of=program) -> tuple[int, str, str]:
        self.capsys.readouterr()
        places = [] if arguments[0] == "fetch" else ["--checkpoints", str(self.checkpoints)]
        code = of.main([*arguments, *places])
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def refusal(self, *arguments: str) -> str:
        """The one sentence that an impossible command gets; nothing may have been written."""
        before = sorted(self.folder.rglob("*"))
        code, _, err = self(*arguments)
        assert code == 1
        assert re.fullmatch("error: .+\n", err), err
        assert sorted(self.folder.rglob("*")) == before
        return err
