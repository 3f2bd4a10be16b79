"""Faults that axe finds in a page."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# what fades in has not its full contrast yet
_SETTLED = """
Promise.allSettled(
  document.getAnimations().filter((one) => one.effect.getTiming().iterations === 1).map((one) => one.finished),
)
"""


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page as it is now, each with some of the places."""
    page.evaluate(_SETTLED)
    page.evaluate(AXE.read_text("utf-8"))
    return [
        f"{fault['id']}: {fault['help']} {[node['html'][:160] for node in fault['nodes'][:3]]}"
        for fault in page.evaluate("(rules) => axe.run(document, rules)", _RULES)["violations"]
    ]
