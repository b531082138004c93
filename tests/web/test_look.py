"""What holds for the look of every page: nothing from elsewhere, nothing read as markup, nobody shut out."""

import re
from pathlib import Path

import pytest

from ivr.web.accounts.roles import Role
from ivr.web.api.tokens import Grant, Scope, made
from ivr.web.app import routers
from tests.web.town import BUILDING, OTHER, SOCIAL

ROOT = Path(__file__).parents[2]
STATIC, TEMPLATES = ROOT / "ivr/web/static", ROOT / "ivr/web/templates"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
STYLES = sorted(STATIC.glob("*.css"))
PAGES = sorted(TEMPLATES.glob("*.html"))
NOT_PAGES = re.compile(r"^/(api|metrics|healthz)\b|[{]|^/$|^/logga-in/|^/agent/|^/vaxel/|^/larm/|^/tavla/oppna$")
"""Answers in JSON, for programs, or on the way to a page; each kind of page has its own tests besides."""


def test_what_is_vendored_is_what_was_published_and_its_licence_is_with_it():
    published, ours = ROOT / "node_modules/uplot", STATIC / "vendor/uplot"
    pairs = {"uPlot.esm.js": "dist/uPlot.esm.js", "uPlot.min.css": "dist/uPlot.min.css", "LICENSE": "LICENSE"}
    assert sorted(p.name for p in ours.iterdir()) == sorted(pairs)
    for name, source in pairs.items():
        assert (ours / name).read_bytes() == (published / source).read_bytes()


@pytest.mark.fault("S09")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_markup_and_fetches_nothing_from_elsewhere(path):
    code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    assert not re.findall(
        r"(inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser", code
    )
    assert not re.findall(r"\beval\(|new Function", code)
    assert not re.findall(r"https?:(?!//www\.w3\.org/2000/svg)", path.read_text(encoding="utf-8"))


@pytest.mark.fault("S09")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_nothing_unescaped(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b|autoescape", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.findall(r"""(?:src|href|action)="https?:""", text)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_fetches_nothing_and_measures_type_in_rem(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"@import|url\(", text)
    assert not re.findall(r"font-size:\s*[\d.]+px", text)


def test_every_icon_that_is_named_is_there():
    there = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    named = {
        name
        for path in (*SCRIPTS, *PAGES)
        for name in re.findall(r"""icons\.svg#(\w+)|icon\("(\w+)"\)""", path.read_text(encoding="utf-8"))
        for name in name
        if name
    }
    assert named <= there


# ── contrast ────────────────────────────────────────────────────────────────────────────────────────────────────
TOKENS = dict(
    re.findall(r"--([\w-]+): light-dark\((#\w+, #\w+)\)", (STATIC / "tonval.css").read_text(encoding="utf-8"))
)
ON = {
    "ink": ("paper", "panel", "sunk", "tint", "good-tint", "watch-tint", "bad-tint"),
    "soft": ("paper", "panel", "sunk"),
}
ON |= {name: ("paper", "panel", f"{name}-tint") for name in ("good", "watch", "bad")}
ON |= {"accent": ("paper", "panel", "tint"), "on-accent": ("accent",)}


def _light(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lights = sorted((_light(one), _light(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), [(text, ground) for text, grounds in ON.items() for ground in grounds])
def test_text_is_read_on_every_ground_it_stands_on(text, ground, theme):
    assert contrast(TOKENS[text].split(", ")[theme], TOKENS[ground].split(", ")[theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_what_can_be_operated_and_what_has_the_focus_is_seen(ground, theme):
    for name in ("edge", "ring"):
        assert contrast(TOKENS[name].split(", ")[theme], TOKENS[ground].split(", ")[theme]) >= 3


# ── every page ──────────────────────────────────────────────────────────────────────────────────────────────────
def pages():
    """Every address at which a person is shown something, from the application itself."""
    found = {r.path for router in routers() for r in router.routes if "GET" in r.methods}
    return sorted(path for path in found if not NOT_PAGES.search(path))


def test_the_pages_that_were_asked_for_are_there():
    assert {"/tavla", "/tavla/publik", "/agent", "/vaxel", "/katalog", "/larm", "/logga-in", "/konto"} <= set(pages())


@pytest.mark.parametrize("path", pages())
async def test_a_page_shuts_nobody_out(new_page, desk, path):
    """axe-core in light, dark and on a phone, with calls going on; and no page is wider than a phone."""
    desk.logs_in("ivan", "karin", "fatima")
    for i, key in enumerate([BUILDING, OTHER, SOCIAL, BUILDING]):
        desk.arrives(f"c{i}", key)
    desk.answers("c0")
    await desk.settled()
    token = await desk.token(Role.OPERATOR, Role.AGENT, Role.ADMIN, agent="ivan", clearances=["socialtjanst"])
    grant = Grant("hallen", frozenset({Scope.WALL}))
    screen = await desk.web.store.run(lambda db: made(db, grant, desk.web.clock()))
    page = await new_page()
    if path != "/logga-in":
        await page.add_cookie(desk.address, "tonval", token)
        await page.add_cookie(desk.address, "tonval-skarm", screen)
    assert await page.goto(desk.address + path) == 200
    await page.until("document.readyState === 'complete' && document.title !== ''")
    await page.until("!document.querySelector('#lines') || document.querySelector('#lines').children.length > 0")
    found = {}
    for name, look in {"light": {}, "dark": {"dark": True}, "phone": {"width": 390, "height": 844}}.items():
        await page.look(**look)
        found[name] = await page.axe()
    assert found == {"light": [], "dark": [], "phone": []}
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")
