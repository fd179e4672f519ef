"""How pages are looked at: widths in pixels, and what a browser is asked about them."""

PHONE, DESK = 360, 1280
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true"
VIOLATIONS = """axe.run().then(found => [
  ...found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
  ...(found.passes.some(one => one.id === "color-contrast") ? [] : ["the contrast of colours was not looked at"]),
])"""
