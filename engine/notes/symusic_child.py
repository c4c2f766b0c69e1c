"""A child process that reads one MIDI file with symusic: bytes on stdin, JSON on stdout.

symusic takes files that pretty_midi refuses, but its native code may crash, hang or take all memory
on a malformed one. So it runs in a process of its own, which limits itself before it reads.

It prints ``{"resolution": 480, "notes": [[start_tick, end_tick, pitch], …], "num_drum_notes": 0}``.
"""

import json
import sys

MEMORY_LIMIT_BYTES = 2**30  # address space
CPU_LIMIT_SECONDS = 10


def limit_this_process() -> None:
    """Give this process little memory and time, and no core file; nothing where the system has no limits."""
    try:
        import resource
    except ImportError:  # not a Unix: the parent's timeout still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_SECONDS, CPU_LIMIT_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read stdin, print the notes."""
    limit_this_process()
    import symusic  # after the limits: loading it counts

    score = symusic.Score.from_midi(sys.stdin.buffer.read())
    notes = [
        [note.time, note.end, note.pitch]
        for track in score.tracks
        if not track.is_drum
        for note in track.notes
    ]
    num_drum_notes = sum(len(track.notes) for track in score.tracks if track.is_drum)
    json.dump(
        {"resolution": score.ticks_per_quarter, "notes": notes, "num_drum_notes": num_drum_notes}, sys.stdout
    )


if __name__ == "__main__":
    main()
