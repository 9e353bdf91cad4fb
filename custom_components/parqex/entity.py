"""Base classes of the entities, and the helper that adds them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, override

from homeassistant.components.homeassistant.exposed_entities import KNOWN_ASSISTANTS
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import AccessPoint, Controller, State
from .const import (
    CONF_SHOW_AS,
    DOMAIN,
    LOGGER,
    SHOW_AS,
    SHOW_AS_DEFAULT,
    SIGNAL_LOG_SHOWN,
)
from .coordinator import ParqExCoordinator
from .data import Command, ParqExConfigEntry, ParqExData

# An assistant would open a gate, or say whether it stands open, to anybody within
# earshot: that is for the user to allow, on Home Assistant's own page.
NOT_EXPOSED: er.EntityOptionsType = {
    assistant: {"should_expose": False} for assistant in KNOWN_ASSISTANTS
}


@callback
def device_of(
    hass: HomeAssistant, entry: ParqExConfigEntry, listed_id: str
) -> dr.DeviceEntry | None:
    """Return the device of an access point or a controller."""
    return dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, listed_id), entry.entry_id
    )


def name_of(device: dr.DeviceEntry | dr.ChildDeviceEntry | None) -> str | None:
    """Return the name of a device as its user knows it."""
    return (device.name_by_user or device.name) if device else None


@callback
def enabled_control(
    hass: HomeAssistant, entry: ParqExConfigEntry, listed_id: str, platform: str
) -> str | None:
    """Return the entity id of a switch or cover, None if that is not enabled."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(
        platform, DOMAIN, _unique_id(entry, listed_id, platform)
    )
    entity = entity_id and registry.async_get(entity_id)
    return entity.entity_id if entity and not entity.disabled else None


def _unique_id(entry: ParqExConfigEntry, listed_id: str, key: str) -> str:
    """Return the unique id of an entity.

    Two linked accounts may share a door, each with its own name and rights.
    """
    return f"{entry.unique_id}_{listed_id}_{key}"


class ParqExEntity(CoordinatorEntity[ParqExCoordinator]):
    """An entity of what ParqEx lists: an access point or a controller."""

    _attr_has_entity_name = True

    def __init__(
        self,
        entry: ParqExConfigEntry,
        listed_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize with the id as ParqEx lists it."""
        coordinator = entry.runtime_data.coordinator
        super().__init__(coordinator, listed_id)
        self._listed_id = listed_id
        self.entity_description = description
        self._attr_unique_id = _unique_id(entry, listed_id, description.key)
        # It is registered before any entity is made.
        self.device_entry = device_of(coordinator.hass, entry, listed_id)

    @property
    def data(self) -> ParqExData:
        """The runtime data of the account."""
        return self.coordinator.config_entry.runtime_data


class ParqExAccessPointEntity(ParqExEntity):
    """An entity of an access point."""

    @property
    def access_point(self) -> AccessPoint:
        """The access point in the newest snapshot; only while available."""
        return self.coordinator.data.access_points[self._listed_id]

    @property
    def access_point_name(self) -> str:
        """The name of the access point as its user knows it."""
        return name_of(self.device_entry) or self.entity_id

    @property
    @override
    def available(self) -> bool:
        """Whether the service reports the access point, and as switched on."""
        access_point = self.coordinator.data.access_points.get(self._listed_id)
        return (
            super().available and access_point is not None and access_point.in_service
        )


@callback
def shown_as(entry: ParqExConfigEntry) -> set[str]:
    """Return the keys of the entities that the option enables."""
    return SHOW_AS[entry.options.get(CONF_SHOW_AS, SHOW_AS_DEFAULT)]


class ParqExShowAsEntity(ParqExAccessPointEntity):
    """An entity that shows an access point as open or closed, if the option says so."""

    @property
    @override
    def entity_registry_enabled_default(self) -> bool:
        """Whether the option enables it."""
        return self.entity_description.key in shown_as(self.coordinator.config_entry)

    @override
    def get_initial_entity_options(self) -> er.EntityOptionsType | None:
        """Return options that expose a new entity to no assistant, and what was given.

        They are set before anything asks whether the entity is exposed, and only once.
        """
        return {
            **(super().get_initial_entity_options() or {}),
            **NOT_EXPOSED,
            DOMAIN: {"enabled": self.entity_registry_enabled_default},
        }


class ParqExControl(ParqExShowAsEntity):
    """A control of an access point; the key of its description is its platform."""

    _asked: Command | None = None

    @property
    @override
    def suggested_object_id(self) -> str | None:
        """Return none: its id is the access point's name alone."""
        return None

    @property
    def requested(self) -> State | None:
        """The state that was requested; once that is confirmed, the reported one."""
        command = self.data.commands.unconfirmed(self._listed_id)
        return command.state if command else self.access_point.state

    async def async_toggle(self, **kwargs: Any) -> None:
        """Open or close, whichever the access point is not."""
        if (state := self.requested) is not None:
            state = State.CLOSED if state is State.OPEN else State.OPEN
        await self.async_request(state)

    async def async_request(self, state: State | None) -> None:
        """Request a state, unless nobody knows which one that would be."""
        try:
            if state is None:
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="unknown_state",
                    translation_placeholders={"access_point": self.access_point_name},
                )
            await self.data.commands.async_send(
                self.access_point, state, self.access_point_name, self._context
            )
        except HomeAssistantError as err:
            # Of an action with several targets, Home Assistant says the first error only.
            LOGGER.warning("%s", err)
            raise

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show what is requested, and by whom: Home Assistant forgets it after 5 s."""
        asked = self.data.commands.unconfirmed(self._listed_id)
        # What confirms it, too, is shown as of who asked; everything else as nobody's.
        command, context = asked or self._asked, None
        if command and self.available and (asked or command.confirmed):
            context = command.context
        self.async_set_context(context or Context())
        self._asked = asked
        super()._handle_coordinator_update()


class ParqExAccessLogEntity(ParqExAccessPointEntity):
    """An entity that shows the access log of an access point.

    Accesses show in Activity without it, and automations start without it.
    """

    _attr_entity_registry_enabled_default = False

    @property
    @override
    def available(self) -> bool:
        """Whether ParqEx shows the account the log, also of what is switched off."""
        access_point = self.coordinator.data.access_points.get(self._listed_id)
        return (
            self.coordinator.last_update_success
            and access_point is not None
            and self.data.access_log.available(access_point.controller_id)
        )


class ParqExControllerEntity(ParqExEntity):
    """An entity of a controller."""

    @property
    def controller(self) -> Controller:
        """The controller in the newest snapshot; only while available."""
        return self.coordinator.data.controllers[self._listed_id]

    @property
    @override
    def available(self) -> bool:
        """Whether the service reports the controller."""
        return (
            super().available and self._listed_id in self.coordinator.data.controllers
        )


type EntityTable = Sequence[tuple[EntityDescription, type[ParqExEntity]]]


@callback
def async_add_listed(
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    listed: Literal["access_points", "controllers"],
    table: EntityTable,
    supported_fn: Callable[[Any], bool] = lambda _: True,
) -> None:
    """Add the entities of everything listed, now and when it appears.

    `table`: entity descriptions with their class. `supported_fn`: whether an
    access point or a controller has them, which its access log may show first.
    """
    coordinator = entry.runtime_data.coordinator
    added: set[str] = set()

    @callback
    def add_new(ids: Iterable[str]) -> None:
        """Add the entities that are missing of these ids."""
        records = getattr(coordinator.data, listed)
        new = [
            listed_id
            for listed_id in ids
            if listed_id in records
            and listed_id not in added
            and supported_fn(records[listed_id])
        ]
        if not new:
            return
        added.update(new)
        for description, entity_class in table:
            async_add_entities(
                entity_class(entry, listed_id, description) for listed_id in new
            )

    @callback
    def follow() -> None:
        """Add what is new, forget what is gone: when it comes back, it is new."""
        if coordinator.change.proves_removals:
            added.intersection_update(getattr(coordinator.data, listed))
        add_new(coordinator.change.ids)

    add_new(getattr(coordinator.data, listed))
    entry.async_on_unload(coordinator.async_add_listener(follow))
    entry.async_on_unload(
        async_dispatcher_connect(
            coordinator.hass, SIGNAL_LOG_SHOWN.format(entry.entry_id), add_new
        )
    )
