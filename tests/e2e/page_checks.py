"""What a machine can see of a page's looks and access: contrast, structure, width, and what axe-core finds."""

import json
from pathlib import Path
from typing import Final, cast

from tests.e2e.browser import Tab

AXE: Final = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
CHECKED: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN_AXE: Final = (
    f"axe.run(document, {{runOnly: {list(CHECKED)}}}).then((found) => JSON.stringify({{rules: found.passes.length, "
    "wrong: found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)}))"
)
# Text on its ground: the nearest painted background up the tree, as WCAG 2.2 (1.4.3) wants it for normal text.
CONTRAST: Final = """
(() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !e.checkVisibility() || e.closest('svg')) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${walk.currentNode.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return bad.join(' | ');
})()
"""
STRUCTURE: Final = """
(() => {
  const wrong = [];
  const levels = [...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]));
  if (levels.filter((l) => l === 1).length !== 1) wrong.push('not exactly one h1');
  levels.forEach((l, i) => { if (i && l - levels[i - 1] > 1) wrong.push(`heading level ${levels[i - 1]} then ${l}`); });
  if (!document.title || !document.documentElement.lang) wrong.push('no title or language');
  document.querySelectorAll('iframe:not([title]), svg[role=img]:not([aria-label]), img:not([alt])')
    .forEach((e) => wrong.push(`no name: ${e.outerHTML.slice(0, 60)}`));
  document.querySelectorAll('a, button, summary').forEach((e) => {
    const box = e.getBoundingClientRect();
    if (!e.textContent.trim()) wrong.push('a link or button without words');
    if (e.checkVisibility() && !e.matches('.skip, p a, td a, small a') && box.height < 24)
      wrong.push(`lower than 24 px: ${e.textContent.trim()}`);  // WCAG 2.2, 2.5.8
  });
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id twice');
  if (document.querySelector('script')) wrong.push('a script');
  return wrong.join(' | ');
})()
"""
OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def audit(tab: Tab) -> list[str]:
    """Let axe look at the page; axe itself must have found much in order."""
    tab.call("Runtime.evaluate", expression=AXE)
    result = tab.call("Runtime.evaluate", expression=RUN_AXE, awaitPromise=True, returnByValue=True)
    found = json.loads(cast("dict[str, str]", result["result"])["value"])
    assert found["rules"] > 10
    return list(found["wrong"])
