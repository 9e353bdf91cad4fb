"""The page where a person allows an application to open and close doors."""

from html import escape
from string import Template
from typing import Final

from .admin import read_page
from .answers import Answer, html, redirect
from .cloud import Cloud, Request
from .oauth import Consent, OAuthError

_PAGE: Final = Template(read_page("authorize.html"))
_WISHES: Final = {"OPENDOOR": "open your doors", "CLOSEDOOR": "close your doors"}


def authorize(cloud: Cloud, request: Request) -> Answer:
    """Show the question, or take the person's answer."""
    form = request.form
    try:
        consent = cloud.oauth.consent(form)
    except OAuthError as err:
        return _page("This link does not work", f"<p>{escape(str(err))}</p>", 400)
    if request.method == "GET":
        return _question(cloud, request, consent)
    if form.get("decision") != "allow":
        return redirect(consent.back(error="access_denied"))
    try:
        account = cloud.account(form.get("account", ""))
    except KeyError:
        return _page("Nobody is signed in", "<p>Choose an account.</p>", 400)
    return redirect(cloud.oauth.allow(consent, account))


def _question(cloud: Cloud, request: Request, consent: Consent) -> Answer:
    name = escape(consent.application.name)
    wishes = "".join(
        f"<li>{escape(wish)}</li>"
        for scope, wish in _WISHES.items()
        if scope in consent.scopes
    )
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
        for key, value in request.query.items()
    )
    accounts = "".join(
        f'<label><input type="radio" name="account" value="{escape(account.id)}"'
        f"{' checked' if index == 0 else ''}> {escape(account.name)}"
        f" <small>{escape(account.person.email)}</small></label>"
        for index, account in enumerate(cloud.accounts)
    )
    body = f"""
<p><strong>{name}</strong> asks to:</p>
<ul>{wishes}</ul>
<form method="post">{hidden}
<fieldset><legend>Sign in as</legend>{accounts}</fieldset>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" class="plain">Deny</button>
</form>
<p>You return to <code>{escape(consent.redirect_uri)}</code></p>"""
    return _page(f"Allow {name}?", body)


def _page(title: str, body: str, status: int = 200) -> Answer:
    return html(_PAGE.substitute(title=title, body=body), status)
