// The form of a task type, made from its shapes.
import { headers, html, t, useEffect, useRef, useState } from "./base.js";

const isList = type => type.startsWith("ListOf");
const itemType = type => (isList(type) ? type.slice("ListOf".length, -1) : type);
const accepts = { Image: "image/*", Audio: "audio/*", Video: "video/*", File: undefined };
export const isFile = type => itemType(type) in accepts;

/** What stands in a form at first. */
export function draftOf(type) {
  const values = {};
  const defaults = { ...type.inputShapeDefaults, ...type.optionalInputShapeDefaults };
  for (const [key, slot] of slotsOf(type)) {
    const given = defaults[key];
    if (isFile(slot.type)) values[key] = [];
    else if (isList(slot.type)) values[key] = [""];
    else if (given !== undefined && given !== null) values[key] = String(given);
    else values[key] = slot.type === "Enum" && slot.mandatory ? (enumValues(type, key)[0]?.value ?? "") : "";
  }

  return values;
}

/** The slots of a type's input, the mandatory ones first. */
export const slotsOf = type => [
  ...Object.entries(type.inputShape).map(([key, slot]) => [key, { ...slot, mandatory: true }]),
  ...Object.entries(type.optionalInputShape).map(([key, slot]) => [key, { ...slot, mandatory: false }]),
];

const enumValues = (type, key) => type.inputShapeEnumValues[key] ?? type.optionalInputShapeEnumValues[key] ?? [];

/** An input as a form shows it, to be changed and scheduled again. */
export function draftFrom(type, input) {
  const values = draftOf(type);
  for (const [key, slot] of slotsOf(type)) {
    const value = input?.[key];
    if (value === undefined || value === null) continue;
    if (isFile(slot.type)) values[key] = [value].flat().map(id => ({ id, name: t("File {0}", id) }));
    else values[key] = isList(slot.type) ? value.map(String) : String(value);
  }

  return values;
}

/** The input to schedule; empty optional slots are left out. */
export function inputOf(type, values) {
  const input = {};
  for (const [key, slot] of slotsOf(type)) {
    const value = values[key];
    const convert = text => (itemType(slot.type) === "Number" ? Number(text) : text);
    if (isFile(slot.type)) {
      const ids = value.filter(file => file.id).map(file => file.id);
      if (ids.length > 0 || slot.mandatory) input[key] = isList(slot.type) ? ids : ids[0];
    } else if (isList(slot.type)) {
      const items = value.filter(text => text !== "");
      if (items.length > 0 || slot.mandatory) input[key] = items.map(convert);
    } else if (value !== "" || (slot.mandatory && slot.type === "Text")) {
      input[key] = convert(value);
    }
  }

  return input;
}

/** The first mandatory slot that is empty; its name. */
export function missingOf(type, values) {
  const missing = slotsOf(type).find(([key, slot]) => {
    if (!slot.mandatory) return false;
    const value = values[key];
    return isFile(slot.type) ? !value.some(file => file.id) : isList(slot.type) ? value.every(text => text === "") : value.trim() === "";
  });
  return missing?.[1].name;
}

/** Whether an upload still runs. */
export const isUploading = values => Object.values(values).some(value => Array.isArray(value) && value.some(item => item.part !== undefined));

export function Form({ type, values, user, onChange }) {
  const slots = slotsOf(type);
  const field = ([key, slot]) =>
    html`<${Field}
      key=${key}
      id=${`slot-${key}`}
      slot=${slot}
      options=${enumValues(type, key)}
      value=${values[key]}
      user=${user}
      onChange=${value => onChange(key, value)}
    />`;
  const optional = slots.filter(([, slot]) => !slot.mandatory);
  return html`
    ${slots.filter(([, slot]) => slot.mandatory).map(field)}
    ${optional.length > 0 &&
    html`<details class="more">
      <summary>${t("More options")}</summary>
      ${optional.map(field)}
    </details>`}
  `;
}

function Field({ id, slot, options, value, user, onChange }) {
  const hint = slot.description ? html`<span class="hint" id=${`${id}-hint`}>${slot.description}</span>` : null;
  const described = hint ? `${id}-hint` : undefined;
  if (isFile(slot.type)) return html`<${Files} ...${{ id, slot, value, user, onChange, hint, described }} />`;
  if (isList(slot.type)) return html`<${List} ...${{ id, slot, value, onChange, hint, described }} />`;
  return html`<div class="field">
    <label for=${id}>${slot.name}${slot.mandatory && html`<span class="needed" aria-hidden="true"> *</span>`}</label>
    ${hint} ${control({ id, slot, options, value, described, onChange })}
  </div>`;
}

function control({ id, slot, options = [], value, described, onChange, label }) {
  const shared = {
    id,
    value,
    "aria-describedby": described,
    "aria-label": label,
    "aria-required": slot.mandatory ? "true" : undefined,
    onInput: event => onChange(event.target.value),
  };
  const type = itemType(slot.type);
  if (type === "Enum")
    return html`<select ...${shared}>
      ${!slot.mandatory && html`<option value="">${t("(automatic)")}</option>`}
      ${options.map(option => html`<option key=${option.value} value=${option.value}>${option.name}</option>`)}
    </select>`;
  if (type === "Number") return html`<input ...${shared} type="number" step="any" inputmode="decimal" />`;
  return html`<textarea ...${shared} rows=${isList(slot.type) ? 2 : slot.mandatory ? 6 : 2}></textarea>`;
}

/** A list of texts or numbers. */
function List({ id, slot, value, onChange, hint, described }) {
  const set = (index, text) => onChange(value.map((old, at) => (at === index ? text : old)));
  return html`<fieldset class="field" aria-describedby=${described}>
    <legend>${slot.name}${slot.mandatory && html`<span class="needed" aria-hidden="true"> *</span>`}</legend>
    ${hint}
    ${value.map(
      (text, index) =>
        html`<div class="item" key=${index}>
          ${control({ id: `${id}-${index}`, slot, value: text, label: `${slot.name} ${index + 1}`, onChange: changed => set(index, changed) })}
          <button
            type="button"
            class="quiet"
            aria-label=${t("Remove {0}", `${slot.name} ${index + 1}`)}
            disabled=${value.length === 1}
            onClick=${() => onChange(value.filter((_, at) => at !== index))}
          >
            ✕
          </button>
        </div>`,
    )}
    <button type="button" onClick=${() => onChange([...value, ""])}>${t("Add another")}</button>
  </fieldset>`;
}

/** One file or several: dropped, pasted or chosen; uploaded at once. */
function Files({ id, slot, value, user, onChange, hint, described }) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(value);
  latest.current = value;
  const several = isList(slot.type);
  const running = useRef(new Set());
  useEffect(() => () => running.current.forEach(upload => upload.abort()), []);

  const change = (file, changes) => {
    latest.current = latest.current.map(old => (old.key === file.key ? { ...old, ...changes } : old));
    onChange(latest.current);
  };
  const add = chosen => {
    const files = [...chosen].slice(0, several ? undefined : 1).map(content => ({ key: crypto.randomUUID?.() ?? `${Math.random()}`, name: content.name, part: 0, content }));
    if (files.length === 0) return;
    latest.current = several ? [...latest.current, ...files] : files;
    onChange(latest.current);
    for (const file of files) {
      const upload = startUpload(user, file.content, part => change(file, { part }));
      running.current.add(upload);
      upload.done
        .then(
          fileId => change(file, { id: fileId, part: undefined }),
          error => change(file, { problem: error.message, part: undefined }),
        )
        .finally(() => running.current.delete(upload));
    }
  };
  const over = isNow => event => {
    event.preventDefault();
    setOver(isNow);
  };
  const drop = event => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return html`<div class="field">
    <label for=${id}>${slot.name}${slot.mandatory && html`<span class="needed" aria-hidden="true"> *</span>`}</label>
    ${hint}
    <div class=${isOver ? "drop over" : "drop"} onDragOver=${over(true)} onDragLeave=${over(false)} onDrop=${drop}>
      <input
        id=${id}
        type="file"
        accept=${accepts[itemType(slot.type)]}
        multiple=${several}
        aria-describedby=${described}
        onChange=${event => {
          add(event.target.files);
          event.target.value = "";
        }}
      />
      <p class="quiet-text">${several ? t("Drop files here or choose them.") : t("Drop a file here or choose one.")}</p>
      <ul class="files" aria-live="polite">
        ${value.map(
          file =>
            html`<li key=${file.key ?? file.id}>
              <span>${file.name}</span>
              ${file.part !== undefined && html`<progress max="1" value=${file.part} aria-label=${t("Upload of {0}", file.name)}></progress>`}
              ${file.problem && html`<span class="problem">${file.problem}</span>`}
              <button
                type="button"
                class="quiet"
                aria-label=${t("Remove {0}", file.name)}
                onClick=${() => onChange(value.filter(other => other !== file))}
              >
                ✕
              </button>
            </li>`,
        )}
      </ul>
    </div>
  </div>`;
}

const folder = "Assistant";

/** Uploads into the user's files, where a task may name it; tells how far it is. */
function startUpload(user, file, onPart) {
  const home = `/remote.php/dav/files/${encodeURIComponent(user.id)}`;
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const name = `${stamp} ${Math.random().toString(36).slice(2, 6)} ${file.name || "file"}`.slice(-200);
  const request = new XMLHttpRequest();
  const done = (async () => {
    // 405: it is there already.
    await fetch(`${home}/${folder}`, { method: "MKCOL", headers: headers() });
    return await new Promise((resolve, reject) => {
      request.open("PUT", `${home}/${folder}/${encodeURIComponent(name)}`);
      for (const [header, value] of Object.entries(headers())) request.setRequestHeader(header, value);
      request.upload.onprogress = event => event.lengthComputable && onPart(event.loaded / event.total);
      request.onload = () => {
        const id = parseInt(request.getResponseHeader("OC-FileId") ?? "", 10);
        if (request.status < 300 && id > 0) resolve(id);
        else reject(new Error(uploadProblem(request.status)));
      };
      request.onerror = () => reject(new Error(t("The server cannot be reached.")));
      request.onabort = () => reject(new Error(t("Cancelled")));
      request.send(file);
    });
  })();
  return { done, abort: () => request.abort() };
}

function uploadProblem(status) {
  if (status === 413) return t("The file is too large.");
  if (status === 507) return t("There is no room for the file.");
  return t("The server answered with error {0}.", status);
}
