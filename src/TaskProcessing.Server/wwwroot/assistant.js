// The assistant page: a new task, a task with its result, and the list of tasks.
import { announce, html, ocs, show, t, Page, useEffect, useRef, useState } from "./base.js";
import { draftFrom, draftOf, Form, inputOf, isUploading, missingOf } from "./form.js";
import { History, TaskView } from "./history.js";
import { TaskBook } from "./tasks.js";

const openTask = () => Number(/^#task=(\d+)$/.exec(location.hash)?.[1] ?? 0);

function Assistant({ user }) {
  const [types, setTypes] = useState();
  const [problem, setProblem] = useState("");
  const [current, setCurrent] = useState(openTask());
  const [draft, setDraft] = useState();
  const [, setChange] = useState(0);
  const book = useRef();
  book.current ??= new TaskBook();
  useEffect(() => {
    ocs("GET", "tasktypes").then(
      found => setTypes(found.types),
      error => setProblem(error.message),
    );
    const stop = book.current.listen(() => setChange(count => count + 1));
    const follow = () => setCurrent(openTask());
    window.addEventListener("hashchange", follow);
    book.current.follow();
    return () => {
      stop();
      window.removeEventListener("hashchange", follow);
      book.current.close();
    };
  }, []);
  if (problem) return html`<p class="problem" role="alert">${problem}</p>`;
  if (!types) return html`<p class="quiet-text" aria-busy="true">${t("Loading…")}</p>`;

  const open = id => {
    location.hash = id ? `task=${id}` : "";
    setCurrent(id);
  };
  const schedule = async (typeId, input) => {
    const id = await book.current.schedule(typeId, input);
    announce(t("The task was scheduled."));
    setDraft(undefined);
    open(id);
  };
  const edit = task => {
    setDraft({ typeId: task.type, values: draftFrom(types[task.type], task.input) });
    open(0);
  };
  return html`<div class="columns">
    <div>
      ${current
        ? html`<${TaskView}
            book=${book.current}
            types=${types}
            id=${current}
            onRunAgain=${task => schedule(task.type, task.input)}
            onEdit=${edit}
            onClose=${() => open(0)}
          />`
        : html`<${NewTask} key=${draft ? "draft" : "new"} types=${types} user=${user} draft=${draft} onSchedule=${schedule} />`}
    </div>
    <${History} book=${book.current} types=${types} current=${current} onOpen=${open} />
  </div>`;
}

function NewTask({ types, user, draft, onSchedule }) {
  const offered = Object.entries(types)
    .filter(([id, type]) => !type.isInternal || id === draft?.typeId)
    .sort(([, left], [, right]) => left.name.localeCompare(right.name));
  const [typeId, setTypeId] = useState(draft?.typeId ?? offered[0]?.[0]);
  const [values, setValues] = useState(draft?.values ?? (typeId ? draftOf(types[typeId]) : {}));
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  if (!typeId)
    return html`<section class="card">
      <h1>${t("New task")}</h1>
      <p>${t("No provider offers anything at the moment.")}</p>
    </section>`;

  const type = types[typeId];
  const choose = id => {
    // Texts stay where the next form has the same fields.
    const fresh = draftOf(types[id]);
    for (const key of Object.keys(fresh)) {
      if (typeof fresh[key] === "string" && fresh[key] === "" && typeof values[key] === "string") fresh[key] = values[key];
    }

    for (const [key, options] of Object.entries(types[id].inputShapeEnumValues)) {
      if (options.length > 0 && !options.some(option => option.value === fresh[key])) fresh[key] = options[0].value;
    }

    setTypeId(id);
    setValues(fresh);
    setProblem("");
  };
  const send = async event => {
    event.preventDefault();
    const missing = missingOf(type, values);
    if (isUploading(values)) return setProblem(t("Please wait until the upload is done."));
    if (missing) return setProblem(t("Please fill in: {0}", missing));
    setBusy(true);
    setProblem("");
    try {
      await onSchedule(typeId, inputOf(type, values));
    } catch (error) {
      setProblem(error.message);
      setBusy(false);
    }
  };
  return html`<form class="card" onSubmit=${send} aria-labelledby="new-title">
    <h1 id="new-title">${t("New task")}</h1>
    <div class="field">
      <label for="task-type">${t("What shall be done?")}</label>
      <select id="task-type" value=${typeId} aria-describedby="type-hint" onChange=${event => choose(event.target.value)}>
        ${offered.map(([id, one]) => html`<option key=${id} value=${id}>${one.name}</option>`)}
      </select>
      <span class="hint" id="type-hint">${type.description}</span>
    </div>
    <${Form}
      key=${typeId}
      type=${type}
      values=${values}
      user=${user}
      onChange=${(key, value) => setValues(known => ({ ...known, [key]: value }))}
    />
    <p class="problem" role="alert">${problem}</p>
    <button class="main" disabled=${busy}>${busy ? t("Scheduling…") : t("Start")}</button>
  </form>`;
}

document.title = `${t("Assistant")} – TaskProcessing`;
show(html`<${Page} current="assistant" content=${Assistant} />`);
