"""What a visitor does in a listening test, in words of what a person does."""

from typing import Any

from engine.listening import TASKS

GRU, LSTM = "jsb_chorales-gru", "jsb_chorales-lstm"
OVERHEAR = """
    window.told = [];
    const ask = window.fetch;
    window.fetch = async (...given) => {
        const answer = await ask(...given);
        if (!String(given[0]?.url ?? given[0]).includes("queue/data")) return answer;
        const reader = answer.clone().body.getReader(), words = new TextDecoder();
        (async () => {
            for (let part = await reader.read(); !part.done; part = await reader.read())
                window.told.push(words.decode(part.value, { stream: true }));
        })().catch(() => {});
        return answer;
    };
    const Events = window.EventSource;
    window.EventSource = class extends Events {
        constructor(...given) {
            super(...given);
            this.addEventListener("message", (event) => window.told.push(`data: ${event.data}\n`));
        }
    };
"""
HASTEN = """
    const wait = window.setTimeout;
    window.setTimeout = (act, milliseconds, ...given) =>
        wait(act, milliseconds >= 8000 ? 1000 : milliseconds, ...given);
"""
ABX, ORDER, PREFERENCE = (TASKS[name].label for name in ("abx", "rank", "preference"))
IS_HEARD = "n => document.querySelectorAll('.trial-lane-heard')[n].textContent === 'heard'"
TRIALS = {ABX: 16, ORDER: 4}


def hasten(visit: Any) -> None:
    """Have later pages send again what has not been confirmed after one second, not eight or sixteen."""
    visit.page.add_init_script(HASTEN)


def start(
    visit: Any,
    task: str = PREFERENCE,
    models: tuple[str, ...] = (GRU, LSTM),
    corpus: str = "Bach chorales",
    trials: int | None = None,
) -> str:
    """Go from the Compare page to the first trial; gives its id."""
    visit.pick("corpus", corpus)
    visit.page.wait_for_selector(f"#models input[name='{models[0]}']")
    visit.page.get_by_role("radio", name=task).check()
    visit.page.wait_for_function(  # what a question offers comes from the server
        "wanted => document.querySelector('#trials input[type=number]').value === wanted",
        arg=str(TRIALS.get(task, 10)),
    )
    visit.choose(*models)
    if trials is not None:
        visit.set("trials", trials)
    visit.start()
    return visit.page.url.split("id=")[1]


def listen(visit: Any, *keys: str) -> None:
    """Listen to every clip until it counts as heard."""
    for number, key in enumerate(keys):
        visit.page.keyboard.press(key)
        visit.page.wait_for_function(IS_HEARD, arg=number)


TO_THE_MARK = """() => {
    const seek = document.querySelector(".trial-seek");
    seek.value = parseFloat(document.querySelector(".trial-shared").style.inlineSize) / 100 * seek.max;
    seek.dispatchEvent(new Event("input", { bubbles: true }));
    return Number(seek.value);
}"""


def listen_long(visit: Any, key: str) -> None:
    """Listen to more than three seconds of one clip, from where all differ."""
    mark = visit.page.evaluate(TO_THE_MARK)
    visit.page.keyboard.press(key)
    visit.page.wait_for_function("end => document.querySelector('.trial-seek').value > end", arg=mark + 3.1)


def answer(visit: Any, number: int) -> None:
    """Press one of the answers, and wait until the server has it."""
    visit.page.locator(".trial-answer").nth(number).click()
    wait_for_reveal(visit)


def wait_for_reveal(visit: Any) -> None:
    """Wait until the answer is kept, and whose the clips were is told."""
    visit.page.wait_for_selector(".trial[data-state=answered]")
    visit.page.wait_for_selector(".trial-revealed")


def text(visit: Any, part: str) -> str:
    """Words in a part of the trial."""
    return visit.page.locator(f".trial-{part}").inner_text()


def overhear(visit: Any) -> None:
    """Keep the events that the server sends to pages from now on, whose text a browser does not keep."""
    visit.page.add_init_script(OVERHEAR)


def overheard(visit: Any) -> str:
    """The events of this page so far."""
    return visit.page.evaluate("window.told.join('')")
