// The page: asks for the state about every second, and shows it.

const PAUSE = 700;
const ENDPOINTS = { "": "Everything at once", authorize: "Sign-in page", token: "Tokens", sync: "Doors and their states", toggle: "Commands", history: "Access log",
  user_info: "Who is linked", user_settings: "Account settings" };
let orders = 0, pending = 0, refused = "";

async function ask(path, options) {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(10000) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function act(name, order) {
  orders++;
  pending++;
  refused = "";
  const headers = { "Content-Type": "application/json" };
  let now;
  try {
    now = await ask("simulator/act", { method: "POST", headers, body: JSON.stringify({ ...order, act: name }) });
  } catch (error) {
    refused = error.message;
  }
  if (--pending === 0 && now) show(now);
  set(find("lost"), refused);
}

// A state that was asked for before an order is older than what the order made of it.
async function poll() {
  const before = orders;
  let now, lost = "";
  try {
    now = await ask("simulator/state");
  } catch {
    lost = "The simulator does not answer.";
  }
  setTimeout(poll, PAUSE);
  set(find("lost"), lost || refused);
  if (now && before === orders && !pending) show(now);
}

function logEntry() {
  const when = make("time"), what = make("span"), who = make("span");
  const entry = make("li", {}, what, make("small", {}, when, " · ", who));
  return [entry, (event) => {
    when.dateTime = event.at;
    set(when, clock(event.at, current.now));
    set(what, told(event));
    what.className = event.was_success ? "" : "bad";
    set(who, [event.person, event.channel].filter(Boolean).join(" · "));
  }];
}

function told(event) {
  const verb = event.state === "OPEN" ? "opened" : "closed";
  return `${event.door} ${event.was_success ? "" : "could not be "}${verb}`;
}

function requestRow() {
  const when = make("time"), what = make("td"), who = make("td"), answer = make("td");
  return [make("tr", {}, make("td", {}, when), what, who, answer), (request) => {
    when.dateTime = request.when;
    set(when, clock(request.when, current.now));
    set(what, `${request.method} ${request.endpoint}`);
    set(who, request.account || "–");
    set(answer, request.status === null ? "none" : String(request.status));
    answer.className = request.status === null || request.status >= 400 ? "bad" : "";
  }];
}

function accountRow({ id, name }) {
  const links = make("small"), target = { account: id };
  const row = make("li", {}, make("div", {}, make("strong", { textContent: name }), links),
    button(words("Expire the access token", ` of ${name}`), () => act("expire", target)),
    button(words("Revoke the login", ` of ${name}`), () => act("revoke", target)));
  return [row, (account) => {
    const expired = account.expired ? `, ${account.expired} with an expired access token` : "";
    set(links, account.links ? `Linked ${account.links}×${expired}` : "Not linked");
  }];
}

function accessRow({ name }) {
  const head = make("th", { scope: "row", textContent: name }), row = make("tr", {}, head);
  return [row, (door) => {
    row.door = door;
    keep(row, current.accounts, (account) => account.id, (account) => accessCell(row, account), head);
  }];
}

function accessCell(row, account) {
  const { door } = row;
  if (door.owner === account.id) return [make("td", { textContent: "Owner" }), () => {}];
  const send = (on) => act("share", { door: door.id, account: account.id, on });
  const alias = make("small");
  const [control, update] = toggle(words("", `${account.name} may use ${door.name}`), send, "");
  return [make("td", {}, control, " ", alias), () => {
    const may = row.door.guests.includes(account.id), other = row.door.names[account.id];
    update(may);
    set(alias, may && other ? `as “${other}”` : "");
  }];
}

const VARIOUS = "each its own";

function faultRows({ faults }) {
  const [first, ...others] = Object.values(faults);
  return [["", others.every((one) => one === first) ? first : VARIOUS], ...Object.entries(faults)];
}

function faultRow([endpoint]) {
  const groups = Object.entries(current.fault_kinds).map(([label, kinds]) =>
    make("optgroup", { label }, ...kinds.map((kind) => new Option(kind, kind))));
  const send = (fault) => act("fault", { endpoint: endpoint || null, fault, times: Number(find("times").value) || null });
  const label = make("span", {}, `${ENDPOINTS[endpoint] ?? endpoint} `, make("small", { textContent: endpoint }));
  const [element, update] = chooser(label, [new Option("works", ""), ...groups], send);
  return [element, ([, chosen]) => {
    update(chosen);
    element.lastChild.classList.toggle("bad", chosen !== "");
  }];
}

function settingRow({ name, label, options }) {
  const send = (option) => act("setting", { setting: name, option });
  const [element, update] = chooser(label, options.map((option) => new Option(option, option)), send);
  return [element, ({ chosen }) => update(chosen, "something else")];
}

function webhookRow({ address }) {
  const facts = make("small");
  const row = make("li", {}, make("div", {}, make("code", { textContent: address }), facts),
    button(words("Remove", ` ${address}`), () => act("webhook_remove", { address })));
  return [row, (hook) => {
    const answer = hook.last_status === null ? "no answer yet" : `last answer ${hook.last_status}`;
    set(facts, `${hook.sent} sent, ${answer}`);
  }];
}

function troubleChip(trouble) {
  const text = make("span"), label = make("span", {}, text, words("", " (end this)"));
  return [make("li", {}, button(label, () => act(trouble.end.act, trouble.end))), (one) => set(text, one.text)];
}

const count = (number) => number ? `${number} ${number === 1 ? "trouble is" : "troubles are"} on` : "All is well";

function showTroubles({ troubles }) {
  const bar = find("trouble"), held = bar.contains(document.activeElement);
  set(find("trouble-count"), count(troubles.length));
  bar.classList.toggle("on", troubles.length > 0);
  keep(find("trouble-list"), troubles, (one) => JSON.stringify(one.end), troubleChip);
  find("end-troubles").hidden = !troubles.length;
  if (held && !bar.contains(document.activeElement)) find("trouble-count").focus();
}

// Said aloud, in one sentence or few: what began to move, what the log tells, and trouble.
function news(before, now) {
  const doors = (state) => state.controllers.flatMap((controller) => controller.doors);
  const moved = new Map(doors(before).map((door) => [door.id, door.moving_to]));
  const last = before.log[0]?.number ?? -1;
  return [
    ...doors(now).filter((door) => door.moving_to && door.moving_to !== moved.get(door.id))
      .map((door) => `${door.name} is ${MOVES[door.moving_to].toLowerCase()}`),
    ...now.log.filter((event) => event.number > last).reverse().map((event) => event.person ? `${told(event)}, ${event.person}` : told(event)),
    ...(before.troubles.length === now.troubles.length ? [] : [count(now.troubles.length)]),
  ].slice(0, 3).join(". ");
}

function show(now) {
  for (const controller of now.controllers) {
    for (const door of controller.doors) door.controller = controller;
  }
  const spoken = current && news(current, now);
  current = now;
  for (const id of ["address", "client_id", "client_secret"]) set(find(id), now[id]);
  showTroubles(now);
  keep(find("controllers"), now.controllers, (one) => `${one.id} ${one.name}`, controllerPart);
  find("log-empty").hidden = now.log.length > 0;
  keep(find("log-entries"), now.log, (event) => event.number, logEntry);
  find("requests-empty").hidden = now.requests.length > 0;
  keep(find("requests-body"), now.requests, (request) => request.number, requestRow);
  keep(find("access-head"), now.accounts, (account) => account.id, ({ name }) =>
    [make("th", { scope: "col", textContent: name }), () => {}], find("access-head").firstElementChild);
  keep(find("access-body"), now.controllers.flatMap((one) => one.doors), (door) => `${door.id} ${door.name}`, accessRow);
  keep(find("accounts"), now.accounts, (account) => account.id, accountRow);
  keep(find("faults"), faultRows(now), ([endpoint]) => endpoint, faultRow);
  keep(find("settings-list"), now.settings, (setting) => setting.name, settingRow);
  find("webhooks").hidden = !now.webhooks;
  keep(find("webhooks-list"), now.webhooks ?? [], (hook) => hook.address, webhookRow);
  if (spoken) set(find("news"), spoken);
}

find("end-troubles").onclick = () => act("end_troubles");
find("webhook-form").onsubmit = async (event) => {
  event.preventDefault();
  await act("webhook_add", { address: find("webhook-address").value });
  if (!refused) find("webhook-address").value = "";
};
poll();
