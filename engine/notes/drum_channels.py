"""DrumChannels: which channels of a MIDI file play drums, as its banks and messages say.

In General MIDI channel 10 plays drums. In GM2 bank 120 makes a channel play drums, and bank 121 notes. In XG
banks 126 and 127 make it play drums, and once the file has switched XG on, any other bank notes. In GS a
message for the part (channel) decides. A bank takes effect with the program that follows it.

Sources: General MIDI 2 (MIDI Manufacturers Association, RP-024), the XG and GS formats as Yamaha and Roland
describe them.

Conventions
    channel  0 to 15: channel 10 is 9
"""

from engine.notes.midi_events import CONTROLLER, PROGRAM, Message

_BANK = 0  # controller, the upper seven bits
_GM2_DRUMS, _GM2_NOTES, _XG_DRUMS = 120, 121, (126, 127)
_XG_ON = bytes((0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00))  # the second byte, which may differ, is the device
_GS_PARTS = (9, *range(9), *range(10, 16))  # the channel of each part, by the part's number
_USUAL = 9


class DrumChannels:
    """Given all messages in their order, it knows which channels play drums at that point."""

    def __init__(self) -> None:
        self._drums = {_USUAL}
        self._banks: dict[int, int] = {}
        self._is_xg = False

    def __contains__(self, channel: int) -> bool:
        return channel in self._drums

    def tell(self, message: Message) -> None:
        """Give it the next message."""
        if message.channel is None:
            self._tell_exclusive(message.data)
        elif message.status == CONTROLLER and message.data[0] == _BANK:
            self._banks[message.channel] = message.data[1]
        elif message.status == PROGRAM and message.channel in self._banks:
            self._choose(message.channel, self._banks[message.channel])

    def _choose(self, channel: int, bank: int) -> None:
        if bank == _GM2_DRUMS or bank in _XG_DRUMS:
            self._drums.add(channel)
        elif bank == _GM2_NOTES or self._is_xg:
            self._drums.discard(channel)

    def _tell_exclusive(self, data: bytes) -> None:
        if data[:1] == _XG_ON[:1] and data[2:7] == _XG_ON[2:]:
            self._is_xg = True
        is_gs = data[:1] == b"\x41" and data[2:5] == b"\x42\x12\x40" and len(data) >= 8
        if is_gs and data[5] >> 4 == 1 and data[6] == 0x15:  # "use for rhythm part"
            channel = _GS_PARTS[data[5] & 0xF]
            (self._drums.add if data[7] else self._drums.discard)(channel)
