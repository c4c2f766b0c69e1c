"""SVG: the frame that our pictures share.

A picture fills its width: an inner drawing is stretched to it, and words and lines that must not be
stretched stand outside that drawing, placed in per cent. Colours come from CSS variables of the page
(``--ink``, ``--picture-prime`` …), each with a default, so that a saved picture looks right too.
"""

from html import escape

PRIME_COLOUR = "var(--picture-prime, #8a8fa3)"
DRAW_COLOUR = "var(--picture-draw, #4338ca)"
GRID_COLOUR = "var(--picture-grid, #8a8fa333)"
CUT_COLOUR = "var(--picture-cut, #d9480f)"
LABEL_COLOUR = "var(--picture-label, #6b7080)"
PAPER_COLOUR = "var(--picture-paper, #ffffff)"


def picture(title: str, description: str, height: int, content: str) -> str:
    """A whole ``<svg>`` with its words for those who do not see it.

    Args:
        title: its name, any text.
        description: what there is to see, any text.
        height: in CSS pixels; the width is that of the page.
        content: the SVG elements inside.
    """
    title, description = escaped(title), escaped(description)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}. {description}"'
        f' width="100%" height="{height}" style="display:block">'
        f"<title>{title}</title><desc>{description}</desc>{content}</svg>"
    )


def escaped(text: str) -> str:
    """Any text as XML can hold it, without control characters."""
    return escape("".join(character for character in text if character.isprintable()))


def stretched(width: int, height: int, content: str) -> str:
    """A drawing of ``width`` by ``height`` units, stretched over the whole picture."""
    return (
        f'<svg x="0" y="0" width="100%" height="100%" viewBox="0 0 {width} {height}"'
        f' preserveAspectRatio="none">{content}</svg>'
    )


def cut_line(share: float) -> str:
    """The dashed line where a given beginning ends, at ``share`` of the width; nothing at 0."""
    if share <= 0:
        return ""
    x = f"{100 * share:.3f}%"
    return (
        f'<line class="cut" x1="{x}" y1="0" x2="{x}" y2="100%"'
        f' style="stroke:{CUT_COLOUR};stroke-width:1.5;stroke-dasharray:4 3"/>'
    )


def label(text: str, y_percent: float) -> str:
    """Small words at the left, above a height in per cent of the picture."""
    return (
        f'<text x="0" y="{y_percent:.3f}%" dx="4" dy="-3"'
        f' style="font:10px system-ui,sans-serif;fill:{LABEL_COLOUR};paint-order:stroke;'
        f'stroke:{PAPER_COLOUR};stroke-width:3px">{escaped(text)}</text>'
    )
