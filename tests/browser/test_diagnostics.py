"""The diagnostics, as a user downloads them for a support case."""

import json

from tests.secrecy import revealed
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant


async def test_downloaded_diagnostics_hold_no_secret_and_nobody(
    home_assistant: HomeAssistant, account: LinkedAccount, cloud: Cloud
) -> None:
    """None of the secrets and names of the cloud is in the file."""
    await account.let_in(garage_right="Vera Visitor")
    await home_assistant.open_integration()
    async with home_assistant.page.expect_download() as download:
        await home_assistant.choose_from_menu("Download diagnostics")
    file = await (await download.value).path()
    text = file.read_text("utf-8")
    assert json.loads(text)["data"]["controllers"]
    known = {door.id for door in cloud.doors} | {door.name for door in cloud.doors}
    private = cloud.issued_secrets() | cloud.personal_data() | known
    assert not revealed(private, text)
