// The doors: a picture that moves as the door does, what the cloud reports, and hands to lay on.

const STATES = { OPEN: "Open", CLOSED: "Closed" };
const MOVES = { OPEN: "Opening", CLOSED: "Closing" };

// The service does not say what kind of access point it is, but names do.
function drawing(name) {
  const kinds = [[/garage/i, "garage"], [/gate|barrier/i, "gate"], [/elevator|lift/i, "elevator"]];
  const [, kind] = kinds.find(([pattern]) => pattern.test(name)) ?? [null, "door"];
  const [scene, trouble] = [kind, "trouble"].map((one) => find(`draw-${one}`).content.firstElementChild.cloneNode(true));
  scene.append(...trouble.children);
  return scene;
}

function movement(door) {
  const arrived = door.position === 0 || door.position === 1;
  return door.controller.unplugged && arrived ? null : door.moving_to;
}

function stateText(door) {
  const moving = movement(door);
  return moving ? MOVES[moving] : STATES[door.state];
}

function doorNotes(door) {
  const really = door.position >= 0.5 ? "OPEN" : "CLOSED";
  const moving = movement(door), { unplugged } = door.controller;
  const share = moving === "OPEN" ? door.position : 1 - door.position;
  const seconds = (new Date(current.now) - new Date(door.last_toggled)) / 1000;
  return [
    unplugged && !moving && really !== door.state && ["hidden-move", `Really ${STATES[really].toLowerCase()}, nobody reports it`, "bad"],
    unplugged && ["unplugged", "Unplugged", "bad"],
    door.left_open && ["left-open", "Left open", "bad"],
    door.stuck && ["stuck", "Stuck", "bad"],
    door.requires_sensor && ["sensor", "Requires a sensor", "bad"],
    !door.active && ["inactive", "Switched off", "bad"],
    door.refusal && ["refusal", `Refuses with ${door.refusal}`, "bad"],
    door.closes_in !== null && ["closes", `Closes by itself in ${Math.ceil(door.closes_in)} s`, ""],
    moving ? ["share", `${Math.floor(share * 100)} % done`, ""] : ["since", `for ${lasting(seconds)}`, ""],
  ].filter(Boolean);
}

function note([, , className]) {
  const item = make("li", { className });
  return [item, ([, text]) => set(item, text)];
}

function refusals(label, target) {
  const options = [new Option("carried out", ""), ...current.refusals.map((status) => new Option(`refused: ${status}`, status))];
  const [element, update] = chooser(label, options, (status) => act("refusal", { ...target, status: status ? Number(status) : null }));
  return [element, (one) => update(String(one.refusal ?? ""))];
}

const visitor = () => find("visitor").value.trim() || "Vera Visitor";

function doorCard({ name, id }) {
  const target = { door: id };
  const scene = drawing(name), state = make("span", { className: "state" });
  const notes = make("ul", { className: "notes" }), who = make("span");
  notes.setAttribute("aria-label", `About ${name}`);
  const byHand = make("span", { className: "soft", textContent: "By hand", ariaHidden: "true" });
  const visit = words("Visit", ` ${name}`, " as ");
  visit.append(who);

  const [stuck, showStuck] = toggle(words("Stuck", ` (${name})`), (on) => act("stuck", { ...target, on }), "switch bad-switch");
  const [sensor, showSensor] = toggle(words("Requires a sensor", ` (${name})`), (on) => act("requires_sensor", { ...target, on }), "switch bad-switch");
  const [off, showOff] = toggle(words("Switched off by ParqEx", ` (${name})`), (on) => act("active", { ...target, on: !on }), "switch bad-switch");
  const [closes, showCloses] = toggle(words("Closes by itself after 30 s", ` (${name})`), (on) => act("auto_close", { ...target, on }));
  const [refusal, showRefusal] = refusals(words("Commands", ` to ${name}`), target);

  const card = make("article", { className: "door" }, scene,
    make("div", { className: "door-body" },
      make("div", { className: "door-title" }, make("h4", { textContent: name }), state), notes,
      make("div", { className: "hands" }, byHand,
        button(words("Open", ` ${name} by hand`), () => act("open_by_hand", target)),
        button(words("Close", ` ${name} by hand`), () => act("close_by_hand", target)),
        Object.assign(button(visit, () => act("visit", { ...target, visitor: visitor() })), { className: "wide" })),
      make("details", {}, make("summary", {}, words("Habits and trouble", ` of ${name}`)),
        closes, stuck, sensor, off, refusal)));
  card.dataset.door = id;

  return [card, (door) => {
    const moving = movement(door);
    card.dataset.state = door.state;
    if (moving) card.dataset.movingTo = moving;
    else delete card.dataset.movingTo;
    card.toggleAttribute("data-stuck", door.stuck);
    card.toggleAttribute("data-unplugged", door.controller.unplugged);
    scene.style.setProperty("--at", door.position);
    set(state, stateText(door));
    set(who, visitor());
    keep(notes, doorNotes(door), ([kind]) => kind, note);
    showStuck(door.stuck);
    showSensor(door.requires_sensor);
    showOff(!door.active);
    showCloses(door.auto_close_delay > 0);
    showRefusal(door);
  }];
}

const ALERTS = [[10, "10 s"], [60, "1 min"], [300, "5 min"], [900, "15 min"]];

function controllerPart({ id, name, owner }) {
  const target = { controller: id }, grid = make("div", { className: "grid" });
  const [plug, showPlug] = toggle(words("Unplug", ` ${name}`), (on) => act("unplugged", { ...target, on }), "switch bad-switch");
  const [off, showOff] = toggle(words("Switched off by ParqEx", ` (${name})`), (on) => act("active", { ...target, on: !on }), "switch bad-switch");
  const [lost, showLost] = toggle(words("Not registered any more", ` (${name})`), (on) => act("registered", { ...target, on: !on }), "switch bad-switch");
  const [refusal, showRefusal] = refusals(words("Commands", ` to ${name}`), target);
  const [alert, showAlert] = chooser(words("Counts as left open after", ` (${name})`), ALERTS.map(([seconds, text]) => new Option(text, seconds)),
    (seconds) => act("alert_after", { ...target, seconds: Number(seconds) }));
  const part = make("section", { className: "controller", ariaLabel: name },
    make("header", {}, make("div", {}, make("h3", { textContent: name }), make("p", { className: "soft", textContent: `Owner: ${owner}` })), plug),
    grid,
    make("details", {}, make("summary", {}, words("More of this controller", ` ${name}`)), make("div", {}, off, lost, refusal, alert)));

  return [part, (controller) => {
    showPlug(controller.unplugged);
    showOff(!controller.active);
    showLost(!controller.registered);
    showRefusal(controller);
    showAlert(String(controller.alert_after), lasting(controller.alert_after));
    keep(grid, controller.doors, (door) => `${door.id} ${door.name}`, doorCard);
  }];
}
