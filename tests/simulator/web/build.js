// Small parts that pages are built of. All text goes through textContent.

let current; // the state that is shown

const find = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Words of which the middle is only for those who do not see what they stand beside.
function words(before, hidden, after = "") {
  return make("span", {}, before, make("span", { className: "hidden", textContent: hidden }), after);
}

function button(label, press) {
  return make("button", { type: "button", onclick: press }, label);
}

// Every builder of a control returns the element and what brings it up to date.
function toggle(label, send, className = "switch") {
  const input = make("input", { type: "checkbox" });
  input.setAttribute("role", "switch");
  input.onchange = () => send(input.checked);
  return [make("label", { className }, label, input), (on) => { input.checked = on; }];
}

let choosers = 0;
function chooser(label, options, send) {
  const select = make("select", { id: `chooser-${++choosers}` }, ...options);
  let shown;
  select.onchange = () => { shown = undefined; send(select.value); };
  const element = make("div", { className: "field" }, make("label", { htmlFor: select.id }, label), select);
  // A menu that is open is left alone, unless the choice changed meanwhile.
  return [element, (value, text = value) => {
    if (value === shown) return;
    shown = value;
    if (![...select.options].some((option) => option.value === value)) select.add(Object.assign(new Option(text, value), { disabled: true }));
    select.value = value;
  }];
}

// Keep one element for each item. What stays is not touched, so focus and selection stay too.
function keep(parent, items, key, build, after = null) {
  const known = parent.known ??= new Map();
  const wanted = new Set(items.map(key));
  for (const [id, part] of known) {
    if (!wanted.has(id)) { part.element.remove(); known.delete(id); }
  }
  let previous = after;
  for (const item of items) {
    const id = key(item);
    if (!known.has(id)) {
      const [element, update] = build(item);
      known.set(id, { element, update });
    }
    const { element, update } = known.get(id);
    update(item);
    const next = previous ? previous.nextSibling : parent.firstChild;
    if (element !== next) parent.insertBefore(element, next);
    previous = element;
  }
}

function clock(iso, now) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date(now).toDateString();
  return today ? date.toLocaleTimeString() : date.toLocaleString();
}

function lasting(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}
