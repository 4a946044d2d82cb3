// The list of the user's tasks, and one task with its result.
import { announce, html, t, time, useEffect, useRef, useState } from "./base.js";
import { isActive, statuses, statusText } from "./tasks.js";
import { Values } from "./result.js";

export const nameOf = (types, id) => types[id]?.name ?? id;

/** What tells a task apart in a list: the first text of its input. */
function snippet(task) {
  const text = Object.values(task.input ?? {})
    .flat()
    .find(value => typeof value === "string" && value.trim());
  return text ? text.trim().slice(0, 120) : "";
}

export function History({ book, types, current, onOpen }) {
  const [filter, setFilter] = useState({ status: "", type: "" });
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(true);
  const tasks = book.list(filter);
  const read = async beforeId => {
    setBusy(true);
    setProblem("");
    try {
      await book.readMore(filter, beforeId);
    } catch (error) {
      setProblem(error.message);
    }

    setBusy(false);
  };
  useEffect(() => {
    read();
  }, [filter]);
  const choose = name => event => setFilter({ ...filter, [name]: event.target.value });
  return html`<section class="card history" aria-labelledby="history-title">
    <h2 id="history-title">${t("Your tasks")}</h2>
    <div class="filters">
      <select aria-label=${t("Status")} value=${filter.status} onChange=${choose("status")}>
        <option value="">${t("Every status")}</option>
        ${Object.entries(statuses).map(([status, text]) => html`<option key=${status} value=${status}>${t(text)}</option>`)}
      </select>
      <select aria-label=${t("Kind of task")} value=${filter.type} onChange=${choose("type")}>
        <option value="">${t("Every kind")}</option>
        ${Object.entries(types).map(([id, type]) => html`<option key=${id} value=${id}>${type.name}</option>`)}
      </select>
    </div>
    ${!book.isConnected && html`<p class="quiet-text">${t("Connecting again…")}</p>`}
    <p class="problem" role="alert">${problem}</p>
    ${tasks.length === 0 && !busy && html`<p class="quiet-text">${t("There are no tasks here yet.")}</p>`}
    <ul class="tasks">
      ${tasks.map(
        task =>
          html`<li key=${task.id}>
            <a href=${`#task=${task.id}`} aria-current=${task.id === current ? "true" : undefined} onClick=${() => onOpen(task.id)}>
              <span class="first">
                <strong>${nameOf(types, task.type)}</strong>
                <span class=${`status ${task.status}`}>${statusText(task)}</span>
              </span>
              <span class="snippet">${snippet(task)}</span>
              <span class="quiet-text">${time(task.scheduledAt)}</span>
            </a>
          </li>`,
      )}
    </ul>
    ${busy && html`<p class="quiet-text" aria-busy="true">${t("Loading…")}</p>`}
    ${book.hasMore &&
    !busy &&
    html`<button type="button" onClick=${() => read(tasks[tasks.length - 1]?.id)}>${t("Show older ones")}</button>`}
  </section>`;
}

/** A question in a window of its own; Escape means no. */
function Confirm({ question, action, onAnswer }) {
  const dialog = useRef();
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} class="card" aria-labelledby="question" onClose=${() => onAnswer(dialog.current.returnValue === "yes")}>
    <p id="question">${question}</p>
    <div class="actions">
      <button type="button" class="danger" onClick=${() => dialog.current.close("yes")}>${action}</button>
      <button type="button" onClick=${() => dialog.current.close("no")}>${t("Keep it")}</button>
    </div>
  </dialog>`;
}

/** One task, live. */
export function TaskView({ book, types, id, onRunAgain, onEdit, onClose }) {
  const [problem, setProblem] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [asks, setAsks] = useState(false);
  const heading = useRef();
  const task = book.tasks.get(id);
  useEffect(() => {
    setProblem("");
    setMissing(false);
    setAsks(false);
    book.find(id).then(
      () => heading.current?.focus(),
      error => (error.status === 404 ? setMissing(true) : setProblem(error.message)),
    );
  }, [id]);
  useEffect(
    () =>
      book.listen(({ task: changed, before }) => {
        if (changed?.id === id && before && before.status !== changed.status) announce(t("Task {0}: {1}", id, statusText(changed)));
      }),
    [id],
  );
  const run = work => async () => {
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(error.message);
    }
  };
  const alert = html`<p class="problem" role="alert">${problem}</p>`;
  if (!task)
    return html`<section class="card">
      ${isMissing ? html`<p>${t("This task does not exist any more.")}</p>` : html`<p aria-busy="true">${t("Loading…")}</p>`} ${alert}
      <button type="button" onClick=${onClose}>${t("New task")}</button>
    </section>`;

  const type = types[task.type];
  const shapes = type && {
    input: { ...type.inputShape, ...type.optionalInputShape },
    output: { ...type.outputShape, ...type.optionalOutputShape },
    inputEnums: { ...type.inputShapeEnumValues, ...type.optionalInputShapeEnumValues },
    outputEnums: { ...type.outputShapeEnumValues, ...type.optionalOutputShapeEnumValues },
  };
  const answer = isYes => {
    setAsks(false);
    if (isYes)
      run(async () => {
        await book.delete(id);
        announce(t("The task was deleted."));
        onClose();
      })();
    else heading.current?.focus();
  };
  const hasOutput = task.output && Object.keys(task.output).length > 0;
  return html`<article class="card task" aria-labelledby="task-title">
    <div class="first">
      <h1 id="task-title" ref=${heading} tabindex="-1">${nameOf(types, task.type)} <span class="quiet-text">#${task.id}</span></h1>
      <span class=${`status ${task.status}`}>${statusText(task)}</span>
    </div>
    ${isActive(task) &&
    html`<progress
      class="wide-progress"
      max="1"
      value=${task.status === "STATUS_RUNNING" && task.progress ? task.progress : undefined}
      aria-label=${t("Progress")}
    ></progress>`}
    ${task.status === "STATUS_FAILED" &&
    html`<p class="failure">${task.userFacingErrorMessage || t("The task could not be done. An administrator can see why.")}</p>`}
    ${hasOutput &&
    html`<div class="output" aria-busy=${isActive(task) ? "true" : "false"}>
      <h2>${t("Result")}</h2>
      <${Values} task=${task} values=${task.output} shape=${shapes?.output ?? {}} enums=${shapes?.outputEnums} />
    </div>`}
    ${task.status === "STATUS_SUCCESSFUL" && !hasOutput && html`<p class="quiet-text">${t("There is no result to show.")}</p>`}
    <details class="more">
      <summary>${t("Input")}</summary>
      <${Values} task=${task} values=${task.input} shape=${shapes?.input ?? {}} enums=${shapes?.inputEnums} />
    </details>
    <dl class="times">
      <dt>${t("Scheduled")}</dt>
      <dd>${time(task.scheduledAt)}</dd>
      ${task.startedAt && html`<dt>${t("Started")}</dt>`} ${task.startedAt && html`<dd>${time(task.startedAt)}</dd>`}
      ${task.endedAt && html`<dt>${t("Ended")}</dt>`} ${task.endedAt && html`<dd>${time(task.endedAt)}</dd>`}
    </dl>
    ${alert}
    <div class="actions">
      ${isActive(task) && html`<button type="button" onClick=${run(() => book.cancel(id))}>${t("Cancel the task")}</button>`}
      ${type && html`<button type="button" onClick=${run(() => onRunAgain(task))}>${t("Run again")}</button>`}
      ${type && html`<button type="button" onClick=${() => onEdit(task)}>${t("Change and run")}</button>`}
      <button type="button" class="danger" onClick=${() => setAsks(true)}>${t("Delete")}</button>
      <button type="button" class="quiet" onClick=${onClose}>${t("New task")}</button>
    </div>
    ${asks &&
    html`<${Confirm}
      question=${t("Delete task {0} with its result?", task.id)}
      action=${t("Delete")}
      onAnswer=${answer}
    />`}
  </article>`;
}
