"""The quality scale claims nothing that the code or the README does not keep."""

import ast
from collections.abc import Callable, Iterator
from importlib import import_module
import inspect
import json
from pathlib import Path
import re
import tomllib
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.parqex import PLATFORMS, const
from custom_components.parqex.config_flow import OPTIONS
from custom_components.parqex.const import DOMAIN
from custom_components.parqex.coordinator import ParqExCoordinator
from custom_components.parqex.services import SERVICE_GET_ACCESS_HISTORY
from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    EntityCategory,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ImplementationUnavailableError,
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestConnectionError,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.condition import async_get_all_descriptions as conditions_of
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.trigger import async_get_all_descriptions as triggers_of
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
from tests.conftest import Advance, enable_all
from tests.simulator import Cloud, Fault

COMPONENT = Path(const.__file__).parent
REPOSITORY = COMPONENT.parents[1]
TESTS = Path(__file__).parent
README = (REPOSITORY / "README.md").read_text("utf-8")


def _json(name: str) -> dict[str, Any]:
    """Return a JSON file of the integration."""
    content: dict[str, Any] = json.loads((COMPONENT / name).read_text("utf-8"))
    return content


ENGLISH = _json("translations/en.json")
ICONS = _json("icons.json")
MANIFEST = _json("manifest.json")
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
SERVICES = load_yaml_dict(str(COMPONENT / "services.yaml"))
CLAIMED = load_yaml_dict(str(COMPONENT / "quality_scale.yaml"))["rules"]
MODULES = {
    ".".join(("custom_components", DOMAIN, *path.parts)).removesuffix(".__init__"): (
        ast.parse((COMPONENT / path).with_suffix(".py").read_text("utf-8"))
    )
    for path in (
        one.relative_to(COMPONENT).with_suffix("")
        for one in sorted(COMPONENT.rglob("*.py"))
    )
}

BRONZE = (
    "action-setup",
    "appropriate-polling",
    "brands",
    "common-modules",
    "config-flow-test-coverage",
    "config-flow",
    "dependency-transparency",
    "docs-actions",
    "docs-conditions",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-removal-instructions",
    "docs-triggers",
    "entity-event-setup",
    "entity-unique-id",
    "has-entity-name",
    "runtime-data",
    "test-before-configure",
    "test-before-setup",
    "unique-config-entry",
)
SILVER = (
    "action-exceptions",
    "config-entry-unloading",
    "docs-configuration-parameters",
    "docs-installation-parameters",
    "entity-unavailable",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "test-coverage",
)
GOLD = (
    "devices",
    "diagnostics",
    "discovery-update-info",
    "discovery",
    "docs-data-update",
    "docs-examples",
    "docs-known-limitations",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-translations",
    "exception-translations",
    "icon-translations",
    "reconfiguration-flow",
    "repair-issues",
    "stale-devices",
)
PLATINUM = ("async-dependency", "inject-websession", "strict-typing")
RULES = (*BRONZE, *SILVER, *GOLD, *PLATINUM)

MAY_BE_EXEMPT = {"dependency-transparency", "discovery", "discovery-update-info"}

# The heading of the README that keeps each rule on documentation.
HEADINGS = {
    "docs-actions": "Actions",
    "docs-conditions": "Conditions",
    "docs-configuration-parameters": "Configuration parameters",
    "docs-data-update": "Data updates",
    "docs-examples": "Examples",
    "docs-high-level-description": "What it is",
    "docs-installation-instructions": "Installation",
    "docs-installation-parameters": "Installation parameters",
    "docs-known-limitations": "Known limitations",
    "docs-removal-instructions": "Removal",
    "docs-supported-devices": "Supported devices",
    "docs-supported-functions": "Supported functions",
    "docs-triggers": "Triggers",
    "docs-troubleshooting": "Troubleshooting",
    "docs-use-cases": "What you can use it for",
}

# Rules about what happens, and the tests that make it happen.
KEPT_BY_TESTS = {
    "action-exceptions": (
        "test_services.py::test_a_failure_says_what_to_do",
        "test_switch.py::test_a_refusal_says_what_to_do",
        "test_switch.py::test_a_failure_says_what_is_known",
    ),
    "config-flow-test-coverage": (
        "test_config_flow.py::test_an_account_is_linked",
        "test_config_flow.py::test_the_same_account_twice_is_refused",
        "test_config_flow.py::test_denying_ends_it_and_it_can_be_tried_again",
        "test_config_flow.py::test_the_same_account_is_linked_again",
        "test_config_flow.py::test_another_account_is_refused",
    ),
    "diagnostics": (
        "test_diagnostics.py::test_an_entry_tells_how_it_goes_and_nothing_private",
        "test_diagnostics.py::test_a_device_tells_of_itself_alone",
    ),
    "dynamic-devices": (
        "test_devices.py::test_a_new_access_point_appears_without_a_reload",
    ),
    "log-when-unavailable": (
        "test_coordinator.py::test_a_failure_makes_unavailable_and_the_next_good_answer_repairs",
    ),
    "reauthentication-flow": (
        "test_config_flow.py::test_the_same_account_is_linked_again",
        "test_coordinator.py::test_a_login_that_is_rejected_for_good_asks_for_a_new_one",
    ),
    "reconfiguration-flow": (
        "test_config_flow.py::test_the_same_account_is_linked_again",
        "test_config_flow.py::test_another_account_is_refused",
    ),
    "stale-devices": (
        "test_devices.py::test_what_is_no_longer_listed_is_removed_and_may_come_back",
        "test_devices.py::test_a_device_can_be_deleted_once_it_is_no_longer_listed",
    ),
    "test-before-configure": (
        "test_config_flow.py::test_the_new_tokens_are_kept_while_nobody_says_whose_they_are",
        "test_config_flow.py::test_new_tokens_that_are_rejected_end_it",
    ),
    "unique-config-entry": (
        "test_config_flow.py::test_the_same_account_twice_is_refused",
    ),
}

# What nothing mechanical can judge, and why; people did.
JUDGED = {
    "entity-device-class": "Whether a class fits what an entity means is for people.",
}

# Whatever these are made with, people read Home Assistant's translation.
TRANSLATED_BY_HOME_ASSISTANT = (
    ImplementationUnavailableError,
    OAuth2TokenRequestBaseError,
)

CHECKED: set[str] = set(HEADINGS)


def keeps[**P, R](*rules: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say which rules a test checks."""
    CHECKED.update(rules)
    return lambda test: test


def done(rule: str) -> bool:
    """Tell whether a rule is claimed to be kept."""
    claim = CLAIMED[rule]
    return bool((claim if isinstance(claim, str) else claim["status"]) == "done")


def section(heading: str) -> str:
    """Return what stands in the README under a heading, subordinate ones included."""
    prose = re.sub(
        r"^```.*?^```$", _hide_comments, README, flags=re.MULTILINE | re.DOTALL
    )
    parts = re.split(r"^(#+) (.+)$", prose, flags=re.MULTILINE)
    found = [at for at in range(2, len(parts), 3) if parts[at] == heading]
    assert len(found) == 1, f"the README has {len(found)} headings {heading!r}"
    at = found[0]
    text = parts[at + 1]
    for next_at in range(at + 3, len(parts), 3):
        if len(parts[next_at - 1]) <= len(parts[at - 1]):
            break
        text += parts[next_at + 1]
    return text


def _hide_comments(code: re.Match[str]) -> str:
    """Keep comments in code from being headings."""
    return re.sub(r"^#", " #", code[0], flags=re.MULTILINE)


def rows(heading: str) -> dict[str, list[str]]:
    """Return the rows of a section's tables by what stands first."""
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section(heading).splitlines()
        if line.startswith("|") and not line.startswith("|---")
    )
    return {first: others for first, *others in cells}


def examples(heading: str) -> list[Any]:
    """Return the YAML of a section, read."""
    return [
        parse_yaml(code)
        for code in re.findall(r"```yaml\n(.*?)```", section(heading), flags=re.DOTALL)
    ]


def automations() -> dict[str, dict[str, Any]]:
    """Return the example automations by their names."""
    return {
        one["alias"]: one
        for one in examples("Examples")
        if isinstance(one, dict) and "alias" in one
    }


def all_entities(hass: HomeAssistant) -> list[Entity]:
    """Return every entity that is set up."""
    return [
        entity
        for platform in async_get_platforms(hass, DOMAIN)
        for entity in platform.entities.values()
    ]


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> list[er.RegistryEntry]:
    """Return every entity as it is registered, disabled ones included."""
    return er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)


def names_of(kind: str, tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of what has a name, whatever it is called upon."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if re.fullmatch(kind, name):
                yield node


def test_every_rule_is_listed_by_tier_and_no_other() -> None:
    """All 54 of them."""
    assert len(RULES) == len(set(RULES)) == 54
    assert list(CLAIMED) == list(RULES)


def test_every_rule_is_done_and_few_are_exempt() -> None:
    """An exempt one has its reason; none is left to do."""
    for rule, claim in CLAIMED.items():
        if claim != "done":
            assert rule in MAY_BE_EXEMPT
            assert claim.keys() == {"status", "comment"}
            assert claim["status"] == "exempt"
            assert len(claim["comment"].split()) > 5


def test_every_rule_is_looked_at() -> None:
    """By a check here, by a test elsewhere, or by people."""
    assert CHECKED | KEPT_BY_TESTS.keys() | JUDGED.keys() == set(RULES)
    assert not JUDGED.keys() & (CHECKED | KEPT_BY_TESTS.keys())


@pytest.mark.parametrize("test", sorted(set().union(*KEPT_BY_TESTS.values())))
def test_the_tests_that_keep_a_rule_are_there(test: str) -> None:
    """And none was renamed or dropped."""
    file, _, name = test.partition("::")
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    assert name in {
        one.name
        for one in tree.body
        if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)
    }


@keeps("discovery", "discovery-update-info", "dependency-transparency")
def test_what_is_exempt_has_to_be() -> None:
    """Nothing to discover with, nothing required."""
    discovery = {"bluetooth", "dhcp", "homekit", "mqtt", "ssdp", "usb", "zeroconf"}
    assert done("discovery") is done("discovery-update-info") is False
    assert not discovery & MANIFEST.keys()
    assert MANIFEST["iot_class"].startswith("cloud_")
    assert not done("dependency-transparency")
    assert MANIFEST["requirements"] == []


@keeps("action-setup")
async def test_actions_are_there_without_any_account(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    """So that automations can be checked before one is linked."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert not hass.config_entries.async_entries(DOMAIN)
    assert hass.services.async_services_for_domain(DOMAIN).keys() == SERVICES.keys()


@keeps("appropriate-polling")
async def test_polling_is_one_question_and_not_too_often(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """No entity asks for itself, and the manifest tells that we poll."""
    assert MANIFEST["iot_class"] == "cloud_polling"
    assert not [one.entity_id for one in all_entities(hass) if one.should_poll]
    await advance(30)
    cloud.requests.clear()
    for _ in range(60):
        await advance(5)
    assert 5 <= len(cloud.requests) <= 10


@keeps("brands")
@pytest.mark.parametrize("variant", ["", "dark_"])
def test_brand_images_have_their_sizes(variant: str) -> None:
    """As Home Assistant wants them, light and dark."""

    def size(name: str) -> tuple[int, int]:
        header = (COMPONENT / "brand" / f"{variant}{name}.png").read_bytes()[:24]
        assert header.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])

    assert size("icon") == (256, 256)
    assert size("icon@2x") == (512, 512)
    assert 128 <= min(size("logo")) <= 256


@keeps("common-modules")
def test_shared_things_stand_where_everybody_looks() -> None:
    """The coordinator in coordinator.py, the base entity in entity.py."""
    for module, base in (("coordinator", DataUpdateCoordinator), ("entity", Entity)):
        name = f"custom_components.{DOMAIN}.{module}"
        assert any(
            issubclass(one, base) and one.__module__ == name
            for _, one in inspect.getmembers(import_module(name), inspect.isclass)
        )


@keeps("config-flow")
@pytest.mark.parametrize("flow", ["config", "options"])
def test_every_field_of_a_dialog_is_explained(flow: str) -> None:
    """By a name and a sentence of its own."""
    assert MANIFEST["config_flow"] is True
    fields = 0
    for step in ENGLISH[flow]["step"].values():
        data, descriptions = step.get("data", {}), step.get("data_description", {})
        assert data.keys() == descriptions.keys()
        assert all(descriptions[one] != data[one] for one in data)
        fields += len(data)
    assert fields


@keeps("config-flow")
def test_every_option_is_in_its_dialog() -> None:
    """Those that can be chosen, and no other."""
    assert set(OPTIONS.schema) == ENGLISH["options"]["step"]["init"]["data"].keys()


@keeps("entity-event-setup")
def test_entities_listen_only_once_they_are_added() -> None:
    """And never from where they are made."""
    listening = 0
    for tree in MODULES.values():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            calls = list(names_of(r"async_(add_listener|track_\w+|listen)", function))
            if function.name == "async_added_to_hass":
                assert any(names_of("async_on_remove", function))
                listening += len(calls)
            assert not (function.name == "__init__" and calls)
    assert listening


@keeps("entity-unique-id", "has-entity-name")
async def test_every_entity_has_an_id_and_is_named_after_its_device(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """Also those disabled by default."""
    await enable_all(hass, linked)
    entities = all_entities(hass)
    assert {one.platform.domain for one in entities} == set(PLATFORMS)
    assert len({one.unique_id for one in entities}) == len(entities)
    assert all(one.unique_id and one.has_entity_name for one in entities)
    assert len(registered(hass, linked)) == len(entities)


@keeps("runtime-data")
async def test_what_belongs_to_an_account_stands_in_its_entry(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """And is gone with it."""
    assert isinstance(linked.runtime_data, ParqExCoordinator)
    assert DOMAIN not in hass.data
    await hass.config_entries.async_unload(linked.entry_id)
    assert not hasattr(linked, "runtime_data")


@keeps("test-before-setup")
@pytest.mark.parametrize(
    ("endpoint", "status", "state"),
    [
        ("sync", 500, ConfigEntryState.SETUP_RETRY),
        ("sync", 429, ConfigEntryState.SETUP_RETRY),
        ("sync", 401, ConfigEntryState.SETUP_ERROR),
    ],
)
async def test_an_account_that_does_not_work_is_not_set_up(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    endpoint: str,
    status: int,
    state: ConfigEntryState,
) -> None:
    """It is tried again, or the user is asked to sign in."""
    cloud.faults.add(endpoint, Fault(status=status))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is state
    assert not all_entities(hass)


@keeps("config-entry-unloading")
async def test_an_account_can_be_unloaded(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Nothing is asked for it afterwards, and it can be loaded again."""
    assert await hass.config_entries.async_unload(linked.entry_id)
    assert linked.state is ConfigEntryState.NOT_LOADED
    cloud.requests.clear()
    await advance(1000)
    assert not cloud.requests
    assert await hass.config_entries.async_setup(linked.entry_id)


@keeps("entity-unavailable")
async def test_every_entity_is_unavailable_while_parqex_is(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """And back afterwards."""
    await enable_all(hass, linked)
    # Home Assistant itself reloads half a minute after entities were enabled.
    await advance(31)
    cloud.faults.add("sync", Fault(status=500))
    await advance(31)
    states = hass.states.async_all(PLATFORMS)
    assert len(states) == len(all_entities(hass))
    assert {one.state for one in states} == {STATE_UNAVAILABLE}
    cloud.faults.clear()
    await advance(31)
    states = hass.states.async_all(PLATFORMS)
    assert STATE_UNAVAILABLE not in {one.state for one in states}


@keeps("integration-owner")
def test_somebody_answers_for_it() -> None:
    """On GitHub."""
    assert MANIFEST["codeowners"]
    assert all(
        re.fullmatch(r"@[\w-]+(/[\w-]+)?", one) for one in MANIFEST["codeowners"]
    )


@keeps("parallel-updates")
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_says_how_much_it_does_at_once(platform: Platform) -> None:
    """In its own module."""
    module = import_module(f"custom_components.{DOMAIN}.{platform}")
    assert isinstance(module.PARALLEL_UPDATES, int)


@keeps("test-coverage", "config-flow-test-coverage")
def test_the_tests_have_to_reach_nearly_all_code() -> None:
    """And nothing is left out of the measure."""
    coverage = PYPROJECT["tool"]["coverage"]
    assert coverage["report"]["fail_under"] >= 95
    assert coverage["run"]["source"] == [f"custom_components/{DOMAIN}"]
    assert not {"omit", "exclude_lines"} & {*coverage["run"], *coverage["report"]}
    assert "no cover" not in "".join(
        path.read_text("utf-8") for path in COMPONENT.rglob("*.py")
    )


@keeps("devices")
async def test_every_entity_belongs_to_a_device_that_says_what_it_is(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """Name, maker and model."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), linked.entry_id)
    entities = registered(hass, linked)
    assert {one.device_id for one in entities} == {one.id for one in devices}
    assert all(one.name and one.manufacturer and one.model for one in devices)


@keeps("entity-category", "entity-disabled-by-default")
async def test_what_is_disabled_helps_to_find_trouble(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """What people use every day is neither hidden nor among the diagnostics."""
    entities = registered(hass, linked)
    diagnostic = {
        one.original_name
        for one in entities
        if one.entity_category is EntityCategory.DIAGNOSTIC
    }
    disabled = {one.original_name for one in entities if one.disabled_by}
    assert diagnostic == disabled | {"Battery"}
    assert disabled == {"Closes by itself", "Last contact", "Relation"}


@keeps("entity-translations", "icon-translations")
async def test_every_entity_has_a_name_and_an_icon_that_can_be_translated(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """From its translation key, or from its device class."""
    entities = registered(hass, linked)
    used: dict[str, set[str]] = {}
    for one in entities:
        device_class = one.original_device_class
        if one.translation_key is None:
            assert device_class, one.entity_id
            continue
        used.setdefault(one.domain, set()).add(one.translation_key)
        if one.original_name is not None:
            translation = ENGLISH["entity"][one.domain][one.translation_key]
            assert translation["name"] == one.original_name
            assert _words_of(one) <= _words_in(translation)
        assert ICONS["entity"][one.domain][one.translation_key]["default"]
    assert used
    assert used == {domain: set(icons) for domain, icons in ICONS["entity"].items()}


def _words_of(entity: er.RegistryEntry) -> set[str]:
    """Return what an entity can say, where that is a word."""
    capabilities = entity.capabilities or {}
    return {*capabilities.get("options", ()), *capabilities.get("event_types", ())}


def _words_in(translation: dict[str, Any]) -> set[str]:
    """Return what is translated of that."""
    event_type = translation.get("state_attributes", {}).get("event_type", {})
    return {*translation.get("state", {}), *event_type.get("state", {})}


@keeps("icon-translations")
def test_every_action_has_an_icon_and_its_words() -> None:
    """Each of its fields, too."""
    assert SERVICES.keys() == ICONS["services"].keys() == ENGLISH["services"].keys()
    for action, fields in SERVICES.items():
        assert ICONS["services"][action]["service"].startswith("mdi:")
        assert ENGLISH["services"][action]["name"]
        assert ENGLISH["services"][action]["description"]
        translated = ENGLISH["services"][action]["fields"]
        assert translated.keys() == fields["fields"].keys()
        assert all(one["name"] and one["description"] for one in translated.values())


@keeps("exception-translations")
@pytest.mark.parametrize("name", MODULES)
def test_no_error_speaks_only_one_language(name: str) -> None:
    """Each that Home Assistant shows has a key, unless Home Assistant gives it one."""
    module, tree = import_module(name), MODULES[name]
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc:
            # Without anything to say it says its own name.
            assert not _wants_key(_meant(module, node.exc)), ast.unparse(node)
        if not isinstance(node, ast.Call) or not _wants_key(_meant(module, node.func)):
            continue
        arguments = {one.arg: one.value for one in node.keywords}
        assert not node.args, ast.unparse(node)
        assert ast.unparse(arguments["translation_domain"]) == "DOMAIN"
        key = arguments["translation_key"]
        pattern = (
            "".join(
                re.escape(part.value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else r"\w+"
                for part in key.values
            )
            if isinstance(key, ast.JoinedStr)
            else re.escape(ast.literal_eval(key))
        )
        assert any(re.fullmatch(pattern, one) for one in ENGLISH["exceptions"]), pattern


def _meant(module: ModuleType, name: ast.expr) -> object:
    """Return what a name, perhaps one in another module, means in a module."""
    if isinstance(name, ast.Attribute):
        return getattr(_meant(module, name.value), name.attr, None)
    return getattr(module, name.id, None) if isinstance(name, ast.Name) else None


def _wants_key(raised: object) -> bool:
    """Tell whether this is an error that people see in words of ours."""
    return (
        inspect.isclass(raised)
        and issubclass(raised, HomeAssistantError)
        and not issubclass(raised, TRANSLATED_BY_HOME_ASSISTANT)
    )


@pytest.mark.parametrize(
    "error",
    [
        ImplementationUnavailableError("not for people"),
        OAuth2TokenRequestConnectionError(domain=DOMAIN),
    ],
)
def test_errors_of_home_assistant_bring_their_words(error: HomeAssistantError) -> None:
    """In its own languages."""
    assert isinstance(error, TRANSLATED_BY_HOME_ASSISTANT)
    assert error.translation_domain == "homeassistant"
    assert error.translation_key


@keeps("repair-issues")
def test_every_issue_can_be_repaired() -> None:
    """It is fixable, and has its words."""
    issues = import_module(f"custom_components.{DOMAIN}.issues")
    assert ENGLISH["issues"].keys() == set(issues.KINDS)
    for issue in ENGLISH["issues"].values():
        assert issue["title"]
        assert all(one["description"] for one in issue["fix_flow"]["step"].values())
    created = [
        call
        for tree in MODULES.values()
        for call in names_of("async_create_issue", tree)
    ]
    assert created
    for call in created:
        fixable = {one.arg: one.value for one in call.keywords}["is_fixable"]
        assert ast.literal_eval(fixable) is True


@keeps("async-dependency")
@pytest.mark.parametrize("name", MODULES)
def test_nothing_blocks(name: str) -> None:
    """No module that waits, and no thread that hides the waiting."""
    blocking = {"http", "httplib2", "requests", "socket", "subprocess", "urllib"}
    for node in ast.walk(MODULES[name]):
        imported: list[str] = []
        if isinstance(node, ast.Import):
            imported = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported = [f"{node.module}.{one.name}" for one in node.names]
        for one in imported:
            assert one.partition(".")[0] not in blocking or one == "http.HTTPStatus"
            assert one != "time.sleep"
    assert not list(names_of("async_add_executor_job|run_in_executor", MODULES[name]))


@keeps("inject-websession")
def test_home_assistants_web_session_is_used() -> None:
    """And none of our own."""
    used = 0
    for tree in MODULES.values():
        assert not list(names_of("ClientSession|async_create_clientsession", tree))
        used += len(list(names_of("async_get_clientsession", tree)))
    assert used


@keeps("strict-typing")
def test_types_are_checked_strictly() -> None:
    """Everywhere in the integration, without a way out."""
    mypy = PYPROJECT["tool"]["mypy"]
    assert mypy["strict"] is True
    assert "custom_components" in mypy["files"]
    assert not [
        one for one in mypy["overrides"] if "parqex" in one["module"].split(".")
    ]
    for path in COMPONENT.rglob("*.py"):
        assert not re.search(r"# *(type: *ignore|mypy:)", path.read_text("utf-8")), path


@pytest.mark.parametrize(("rule", "heading"), HEADINGS.items())
def test_every_rule_on_documentation_has_its_heading(rule: str, heading: str) -> None:
    """With something to read under it."""
    assert done(rule)
    assert len(section(heading).split()) >= 20


@pytest.mark.parametrize("way", ["Through HACS", "By hand", "Link your account"])
def test_the_readme_says_how_to_install(way: str) -> None:
    """Step by step."""
    assert "\n1. " in section(way)
    assert section(way) in section(HEADINGS["docs-installation-instructions"])


def test_the_readme_says_how_to_remove() -> None:
    """Step by step: the account, the credentials, the integration."""
    steps = re.findall(r"^\d+\. ", section("Removal"), flags=re.MULTILINE)
    assert len(steps) == 3


async def test_the_readme_lists_every_entity(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """Under its name, and whether it is there at first."""
    listed = {
        entity: (others[0].lower().replace(" ", "_"), others[1])
        for entity, others in rows("Supported functions").items()
        if len(others) == 3 and others[1] in ("Enabled", "Disabled")
    }
    entities = registered(hass, linked)
    found = {
        one.original_name or "*the access point's name*": (
            one.domain,
            "Disabled" if one.disabled_by else "Enabled",
            one.entity_category is EntityCategory.DIAGNOSTIC,
        )
        for one in entities
    }
    assert listed.keys() == found.keys()
    for name, (domain, at_first, diagnostic) in found.items():
        assert listed[name][0].startswith(domain)
        assert ("diagnostic" in listed[name][0]) is diagnostic
        assert listed[name][1] == at_first


def test_the_readme_explains_every_attribute_of_an_access() -> None:
    """By the name that templates use."""
    attributes = ENGLISH["entity"]["event"]["access"]["state_attributes"]
    explained = {one.strip("`") for one in rows("Who opened what, when")}
    assert explained - {"Attribute"} == attributes.keys()


def test_the_readme_explains_every_action() -> None:
    """And each of its fields."""
    assert list(SERVICES) == [SERVICE_GET_ACCESS_HISTORY]
    assert f"`{DOMAIN}.{SERVICE_GET_ACCESS_HISTORY}`" in section("Actions")
    explained = {one.strip("`") for one in rows("Actions")} - {"Field", "Target"}
    assert explained == SERVICES[SERVICE_GET_ACCESS_HISTORY]["fields"].keys()


@pytest.mark.parametrize(
    ("heading", "labels"),
    [
        (
            HEADINGS["docs-configuration-parameters"],
            ENGLISH["options"]["step"]["init"]["data"].values(),
        ),
        (
            HEADINGS["docs-installation-parameters"],
            ENGLISH["config"]["step"]["pick_implementation"]["data"].values(),
        ),
    ],
)
def test_the_readme_explains_every_parameter(heading: str, labels: list[str]) -> None:
    """Under the name that the dialog gives it."""
    explained = rows(heading)
    assert all(explained[label][0] for label in labels)


async def test_the_readme_names_triggers_and_conditions_that_exist(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """Home Assistant's own: the integration has none."""
    for component in ("automation", "door"):
        assert await async_setup_component(hass, component, {})
    await hass.async_block_till_done()
    named = r"`(\w+\.\w+)`"
    triggers = set(re.findall(named, section("Triggers")))
    assert {"door.opened", "event.received"} <= triggers
    assert triggers <= (await triggers_of(hass)).keys()
    conditions = set(re.findall(named, section("Conditions")))
    assert {"door.is_open", "switch.is_on"} <= conditions
    assert conditions <= (await conditions_of(hass)).keys()
    assert not [
        COMPONENT / f"{one}.py"
        for one in ("trigger", "condition")
        if (COMPONENT / f"{one}.py").exists()
    ]


async def test_the_examples_of_the_readme_are_valid(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """Home Assistant takes them, and their entities are called so."""
    assert await async_setup_component(hass, "automation", {})
    assert len(automations()) == 3
    for name, automation in automations().items():
        config = await async_validate_config_item(hass, name, automation)
        assert config
        assert config.validation_error is None
    entities = {
        one.entity_id for one in registered(hass, linked) if not one.disabled_by
    }
    named = set(re.findall(r"\b\w+\.main_gate\w*", README))
    assert len(named) == 6
    assert named <= entities


async def test_the_examples_of_the_readme_do_what_it_says(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Jane comes and leaves the gate open, until it is closed at night."""
    told = async_mock_service(hass, "notify", "mobile_app_phone")
    assert await async_setup_component(
        hass, "automation", {"automation": list(automations().values())}
    )
    gate = cloud.door("Main gate")
    gate.open_as(cloud.visitor("John Doe"))
    await advance(30)
    await advance(30)
    assert not told
    gate.close_by_hand()
    await advance(30)
    gate.open_as(cloud.visitor("Jane Doe"))
    await advance(30)
    assert [one.data["message"] for one in told] == [
        "Jane opened the main gate (ParqEx Web)."
    ]
    left_open = "binary_sensor.main_gate_left_open"
    for _ in range(120):
        if hass.states.is_state(left_open, STATE_ON):
            break
        await advance(30)
    assert told[-1].data["message"] == "The main gate was left open."
    assert len(told) == 2
    for _ in range(24 * 4):
        if gate.state != "OPEN":
            break
        await advance(900)
    await advance(30)
    assert hass.states.is_state("switch.main_gate", STATE_OFF)
    assert [one.door_id for one in cloud.commands] == [gate.id]
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )


def test_the_dashboard_of_the_readme_is_a_card() -> None:
    """Of the kinds that Home Assistant has."""
    cards = [one for one in examples("On a dashboard") if "type" in one]
    assert [one["type"] for one in cards[0]["cards"]] == ["tile", "entities", "logbook"]


def test_every_blueprint_can_be_imported_from_the_readme() -> None:
    """By a link to each, and to nothing that is not there."""
    links = re.findall(
        r"https://my\.home-assistant\.io/redirect/blueprint_import/\S+", README
    )
    imported = [parse_qs(urlsplit(one).query)["blueprint_url"] for one in links]
    home = f"{MANIFEST['documentation'].removesuffix('#readme')}/blob/main"
    blueprints = sorted((REPOSITORY / "blueprints").rglob("*.yaml"))
    assert len(blueprints) == 4
    assert sorted(imported) == [
        [f"{home}/{one.relative_to(REPOSITORY).as_posix()}"] for one in blueprints
    ]
    for reference in re.findall(
        r"^\| \[[^]]+\]\[([\w-]+)\]", README, flags=re.MULTILINE
    ):
        assert f"\n[{reference}]: https://my.home-assistant.io" in README


def test_links_within_the_readme_lead_somewhere() -> None:
    """To a heading that is there."""
    headings = {
        re.sub(r"[^\w -]", "", one).lower().replace(" ", "-")
        for one in re.findall(r"^#+ (.+)$", README, flags=re.MULTILINE)
    }
    links = re.findall(r"\]\(#([\w-]+)\)", README)
    assert links
    assert set(links) <= headings
