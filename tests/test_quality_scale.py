"""Tests of the quality scale: what it claims of the files, the entities and the documentation."""

import json
from pathlib import Path
import re
import tomllib

import pytest

from custom_components.parqex import PLATFORMS, const
from custom_components.parqex.const import DOMAIN
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.condition import async_get_all_descriptions as conditions_of
from homeassistant.helpers.trigger import async_get_all_descriptions as triggers_of
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
from tests.common import Home
from tests.conftest import settle

COMPONENT = Path(const.__file__).parent
REPOSITORY = COMPONENT.parents[1]
PAGES = {
    page: page.read_text("utf-8")
    for page in (*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"))
}
DOCUMENTATION = "\n".join(PAGES.values())
CODE = "".join(path.read_text("utf-8") for path in COMPONENT.rglob("*.py"))
FILES = ("translations/en.json", "icons.json", "manifest.json", "../../hacs.json")
ENGLISH, ICONS, MANIFEST, HACS = (
    json.loads((COMPONENT / name).read_text("utf-8")) for name in FILES
)
OPTIONS = ENGLISH["options"]["step"]
SERVICES = load_yaml_dict(str(COMPONENT / "services.yaml"))
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))

# Every rule of Home Assistant, from bronze to platinum.
_RULES = """action-setup appropriate-polling brands common-modules config-flow-test-coverage
    config-flow dependency-transparency docs-actions docs-conditions
    docs-high-level-description docs-installation-instructions docs-removal-instructions
    docs-triggers entity-event-setup entity-unique-id has-entity-name runtime-data
    test-before-configure test-before-setup unique-config-entry action-exceptions
    config-entry-unloading docs-configuration-parameters docs-installation-parameters
    entity-unavailable integration-owner log-when-unavailable parallel-updates
    reauthentication-flow test-coverage devices diagnostics discovery-update-info discovery
    docs-data-update docs-examples docs-known-limitations docs-supported-devices
    docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
    entity-category entity-device-class entity-disabled-by-default entity-translations
    exception-translations icon-translations reconfiguration-flow repair-issues
    stale-devices async-dependency inject-websession strict-typing"""
RULES = _RULES.split()
MAY_BE_EXEMPT = {"discovery", "discovery-update-info"}

# The heading for a rule about documentation, where it is another one.
HEADINGS = {
    "docs-high-level-description": "What it is",
    "docs-installation-instructions": "Installation",
    "docs-installation-parameters": "Link your account",
    "docs-configuration-parameters": "Options",
    "docs-removal-instructions": "Removal",
    "docs-use-cases": "What you can use it for",
    "docs-data-update": "Data updates",
}


def section(heading: str) -> str:
    """Return the text under a heading of README or docs, subheadings included."""
    here = rf"^(#+) {re.escape(heading)}$(.*)"
    ((level, rest),) = re.findall(here, DOCUMENTATION, re.MULTILINE | re.DOTALL)
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(heading: str) -> dict[str, list[str]]:
    """Return the rows of the tables under a heading, by their first cells."""
    lines = re.findall(r"^\| (.+) \|$", section(heading), re.MULTILINE)
    cells = (line.replace("`", "").split(" | ") for line in lines)
    return {first: rest for first, *rest in cells}


def test_rules() -> None:
    """Every rule is done, or exempt for a reason that fits the manifest."""
    claims = load_yaml_dict(str(COMPONENT / "quality_scale.yaml"))["rules"]
    assert list(claims) == RULES
    for rule, claim in claims.items():
        status = "exempt" if rule in MAY_BE_EXEMPT else "done"
        if claim != "done":
            assert claim == {"status": status, "comment": claim["comment"]}
            assert len(claim["comment"].split()) > 5
    assert MANIFEST["requirements"] == []
    assert MANIFEST["iot_class"] == "cloud_polling"


def test_manifest() -> None:
    """It is in order, and agrees with HACS and with the project."""
    keys, project = ["domain", "name"], PYPROJECT["project"]
    assert list(MANIFEST) == keys + sorted({*MANIFEST} - {*keys})
    assert re.fullmatch(r"@[\w-]+", *MANIFEST["codeowners"])
    assert MANIFEST["issue_tracker"] in DOCUMENTATION
    assert MANIFEST["version"] == project["version"]
    assert HACS.keys() == {"name", "homeassistant"}
    assert f"homeassistant>={HACS['homeassistant']}" in project["dependencies"]


@pytest.mark.parametrize("variant", ["", "dark_"])
def test_brand(variant: str) -> None:
    """The images have the sizes that Home Assistant asks for."""
    sizes = []
    for name in ("icon", "icon@2x", "logo", "logo@2x"):
        header = (COMPONENT / "brand" / f"{variant}{name}.png").read_bytes()[:24]
        assert header[1:16] == b"PNG\r\n\x1a\n\0\0\0\rIHDR"
        sizes.append((int.from_bytes(header[16:20]), int.from_bytes(header[20:])))
    assert sizes[:2] == [(256, 256), (512, 512)]
    assert (sizes[2][1], sizes[3][1]) == (128, 256)
    assert all(width > 2 * height for width, height in sizes[2:])


def test_strict() -> None:
    """Types, coverage, web sessions and parallel updates have no way out."""
    mypy, coverage = PYPROJECT["tool"]["mypy"], PYPROJECT["tool"]["coverage"]
    assert mypy["strict"] is True
    assert "custom_components" in mypy["files"]
    assert DOMAIN not in str(mypy["overrides"])
    assert coverage["report"]["fail_under"] >= 95
    assert not {"omit", "exclude_lines"} & {*coverage["run"], *coverage["report"]}
    assert not re.findall(r"# *(?:type: *ignore|mypy:|pragma:)|\bClientSession\(", CODE)
    assert CODE.count("\nPARALLEL_UPDATES = ") == len(PLATFORMS)


async def test_actions(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    """They are there without an account, with an icon and words for every field."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.async_services_for_domain(DOMAIN).keys() == SERVICES.keys()
    assert SERVICES.keys() == ICONS["services"].keys() == ENGLISH["services"].keys()
    for name, action in SERVICES.items():
        words = ENGLISH["services"][name]
        assert {*words} == {"name", "description", "fields"}
        assert words["fields"].keys() == action["fields"].keys()
        assert f"`{DOMAIN}.{name}`" in section("Actions")
        assert rows("Actions").keys() == {"Field", "Target", *action["fields"]}


async def test_triggers(home: Home) -> None:
    """They are offered, with an icon and words for every option."""
    assert await async_setup_component(home.hass, "automation", {})
    offered = await triggers_of(home.hass)
    words = {f"{DOMAIN}.{name}": it for name, it in ENGLISH["triggers"].items()}
    assert words.keys() == {name for name in offered if name.startswith(f"{DOMAIN}.")}
    assert ENGLISH["triggers"].keys() == ICONS["triggers"].keys()
    for name, trigger in words.items():
        options = (offered[name] or {})["fields"]
        assert trigger["fields"].keys() == options.keys()
        assert {"Option", *options} == rows(trigger["name"]).keys()
        assert f"`{name}`" in section("Triggers")


async def test_dialogs(home: Home) -> None:
    """Every field has a description, and every option is documented."""
    for step in (*ENGLISH["config"]["step"].values(), *OPTIONS.values()):
        data, descriptions = step.get("data", {}), step.get("data_description", {})
        assert data.keys() == descriptions.keys()
        assert all(descriptions[field] != data[field] for field in data)
    form = await home.hass.config_entries.options.async_init(home.entry.entry_id)
    assert form["data_schema"]
    labels = OPTIONS["init"]["data"]
    assert {str(field) for field in form["data_schema"].schema} == labels.keys()
    assert {*labels.values()} <= rows("Options").keys()


def test_issues() -> None:
    """Every issue is raised, and can be fixed."""
    assert re.findall(r"is_fixable=(\w+)", CODE) == ["True"]
    assert all(f'"{key}"' in CODE for key in ENGLISH["issues"])


async def test_entities(home: Home) -> None:
    """They are translated, have icons and devices, and are documented."""
    registry, entry_id = er.async_get(home.hass), home.entry.entry_id
    entries = er.async_entries_for_config_entry(registry, entry_id)
    devices = dr.async_entries_for_config_entry(dr.async_get(home.hass), entry_id)
    assert {entry.device_id for entry in entries} == {device.id for device in devices}
    assert all(it.name and it.manufacturer and it.model for it in devices)
    translated: dict[str, set[str]] = {platform: set() for platform in PLATFORMS}
    listed = {}
    for entry in entries:
        if key := entry.translation_key:
            translated[entry.domain].add(key)
            words = ENGLISH["entity"].get(entry.domain, {}).get(key, {})
            # Switches have the access point's name alone while there are no covers.
            is_switch = entry.domain == Platform.SWITCH
            assert entry.original_name == (None if is_switch else words.get("name"))
            options = (entry.capabilities or {}).get("options", [])
            is_binary = is_switch or entry.domain == Platform.BINARY_SENSOR
            states = ("on", "off") if is_binary else options
            assert {*states} == {*words.get("state", {})}
        else:
            assert entry.original_device_class
        assert entry.has_entity_name
        diagnostic = entry.entity_category is EntityCategory.DIAGNOSTIC
        is_cover = entry.domain == Platform.COVER
        at_first = entry.domain not in (Platform.COVER, Platform.EVENT)
        assert diagnostic or bool(entry.disabled_by) is not at_first
        name = entry.original_name or "*the access point's name*"
        name += ", too" * is_cover
        state = "Disabled" if entry.disabled_by else "Enabled"
        listed[name] = (entry.domain.replace("_", " "), diagnostic, state)
    # A cover's icon is that of its kind, which the user may choose.
    assert not translated.pop(Platform.COVER)
    assert translated == {domain: {*icons} for domain, icons in ICONS["entity"].items()}
    assert listed == {
        name: (cells[0].partition(" (")[0].lower(), "diagnostic" in cells[0], cells[1])
        for name, cells in rows("Supported functions").items()
        if len(cells) == 3 and cells[1] != "At first"
    }
    event = ENGLISH["entity"]["event"]["access"]["state_attributes"]
    assert rows("The event").keys() == {"Attribute", *event}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.startswith("docs-")])
def test_documentation(rule: str) -> None:
    """README or docs have a section for every rule about documentation."""
    heading = HEADINGS.get(rule, rule[5:].replace("-", " ").capitalize())
    assert len(section(heading).split()) > 20


async def test_automations(home: Home) -> None:
    """Triggers, conditions, entities and examples of the pages are there and valid."""
    code = re.findall(r"```yaml\n(alias: .*?)```", DOCUMENTATION, re.DOTALL)
    config = {"automation": [parse_yaml(text) for text in code]}
    assert await async_setup_component(home.hass, "automation", config)
    for kind in ("door", "gate"):
        assert await async_setup_component(home.hass, kind, {})
    await settle(home.hass)
    assert [it.state for it in home.hass.states.async_all("automation")] == ["on"] * 3
    named = {*re.findall(r"\b\w+\.main_gate\w*", DOCUMENTATION)}
    entities = er.async_entries_for_config_entry(
        er.async_get(home.hass), home.entry.entry_id
    )
    assert named <= {entity.entity_id for entity in entities}
    for heading, find in (("Triggers", triggers_of), ("Conditions", conditions_of)):
        kinds = {*re.findall(r"`(\w+\.\w+)`", section(heading))}
        assert len(kinds) >= 4
        assert kinds <= (await find(home.hass)).keys()
    off = {"entity_id": "all"}
    await home.hass.services.async_call("automation", "turn_off", off, blocking=True)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", PAGES[page], re.MULTILINE)
    return {re.sub(r"[^\w -]", "", it).lower().replace(" ", "-") for it in headings}


def test_links() -> None:
    """Links lead to what is there, every blueprint has one, and all pictures are used."""
    used = set()
    for page, text in PAGES.items():
        for link in re.findall(r"(?:\]\(|src=\"|srcset=\")(?!https:)([^)\"]+)", text):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), (page, link)
            assert not anchor or anchor in anchors(target), (page, link)
            used.add(target)
    assert used >= {*REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("docs/images/*")}
    imports = re.findall(
        r"blueprint_import/\?blueprint_url=\S+%2F(\w+\.yaml)", DOCUMENTATION
    )
    blueprints = (REPOSITORY / "blueprints").rglob("*.yaml")
    assert sorted(imports) == sorted(path.name for path in blueprints)
    (said,) = re.findall(r"All the\s+rest of it is in (English[^.]+)\.", DOCUMENTATION)
    languages = re.split(r",\s+| and ", said)
    assert len(languages) == len([*COMPONENT.glob("translations/*.json")])
