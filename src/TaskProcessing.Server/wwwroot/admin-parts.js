// What the tabs of the admin page share: numbers and times for people, tables, the dialog that confirms, charts.
import uPlot from "./vendor/uplot-1.6.32/dist/uPlot.esm.js";
import { html, language, t, useEffect, useRef, useState } from "./base.js";

// ---- Numbers and times.

const numbers = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const units = Object.fromEntries(
  ["second", "minute", "hour", "day"].map(unit => [
    unit,
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
  ]),
);

export const number = value => numbers.format(value);

/** A number that was counted up to a limit. */
export const counted = (value, most) => (value >= most ? `≥ ${number(value)}` : number(value));

/** A sentence that may end with the full stop of an abbreviation. */
export const sentence = text => text.replace(/\.\.$/, ".");

/** A length of time. */
export function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const length = Math.max(0, seconds);
  if (length < 10) return units.second.format(length);
  if (length < 120) return units.second.format(Math.round(length));
  if (length < 7200) return units.minute.format(Math.round(length / 60));
  if (length < 172800) return units.hour.format(Math.round(length / 3600));
  return units.day.format(Math.round(length / 86400));
}

/** A moment as people say it, with the whole time to be seen by pointing at it. */
export const Ago = ({ at, now }) =>
  at ? html`<time datetime=${new Date(at * 1000).toISOString()} title=${exact(at)}>${t("{0} ago", span(now - at))}</time>` : "–";

export const exact = at => dateTime.format(new Date(at * 1000));

export const clockTime = at => clock.format(new Date(at * 1000));

// ---- Tables: rows become cards on a phone.

/** Columns are [title, cell of a row, class]; an empty list says so in words. */
export function Table({ caption, columns, rows, keyOf, empty }) {
  if (rows.length === 0) return html`<p class="quiet-text">${empty}</p>`;
  return html`<div class="table" role="group" aria-label=${caption} tabindex="0">
    <table>
      <caption class="visually-hidden">${caption}</caption>
      <thead><tr>${columns.map(([title, , kind]) => html`<th scope="col" class=${kind}>${title}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(
          row => html`<tr key=${keyOf(row)}>
            ${columns.map(([title, cell, kind], place) =>
              place === 0
                ? html`<th scope="row" class=${kind}>${cell(row)}</th>`
                : html`<td class=${kind} data-title=${title}><div>${cell(row)}</div></td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A button in a row: its name says of which row it is, and begins with what stands on it. */
export const Act = ({ text, of, kind, onClick }) =>
  html`<button type="button" class=${kind} aria-label=${`${text}: ${of}`} onClick=${onClick}>${text}</button>`;

/** A text that is shown whole when asked for. */
export const LongText = ({ text }) => {
  const [first] = text.split("\n", 1);
  return text.length <= 160 && first === text
    ? html`<span class="error-text">${text}</span>`
    : html`<details class="error-text">
        <summary>${first.slice(0, 160)}…</summary>
        <pre tabindex="0">${text}</pre>
      </details>`;
};

// ---- The dialog: nothing is done before it was confirmed.

/** What is to be confirmed: title, text, the word of the button, whether it destroys, what to do, and how to show what came of it. */
export function Confirm({ question, onClose }) {
  const dialog = useRef();
  const done = useRef(false);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState();
  useEffect(() => dialog.current.showModal(), []);
  // Closing gives the focus back to the button that asked.
  const close = () => dialog.current.close();
  const send = async event => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      const result = await question.run(new FormData(event.target));
      done.current = true;
      if (question.show) setShown(question.show(result));
      else close();
    } catch (error) {
      setProblem(error.message);
      setBusy(false);
    }
  };
  const body = shown
    ? html`<h2 id="question">${question.done}</h2>
        <div role="status">${shown}</div>
        <div class="actions"><button type="button" onClick=${close}>${t("Close")}</button></div>`
    : html`<form onSubmit=${send}>
        <h2 id="question">${question.title}</h2>
        <p>${question.text}</p>
        ${question.fields}
        <p class="problem" role="alert">${problem}</p>
        <div class="actions">
          <button class=${question.destroys ? "danger" : "main"} disabled=${busy}>${question.button}</button>
          <button type="button" onClick=${close}>${t("Not now")}</button>
        </div>
      </form>`;
  return html`<dialog ref=${dialog} class="card" aria-labelledby="question" onClose=${() => onClose(done.current)}>${body}</dialog>`;
}

// ---- Charts.

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Changes when the colours of the page do. */
function useLook() {
  const [look, setLook] = useState(0);
  useEffect(() => {
    const changed = () => setLook(value => value + 1);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const watch = new MutationObserver(changed);
    dark.addEventListener("change", changed);
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      dark.removeEventListener("change", changed);
      watch.disconnect();
    };
  }, []);
  return look;
}

/** A chart over the last hour. Series are {label, colour, values, bars}; a bar of 0 is none. A screen reader hears the summary. */
export function Chart({ title, summary, times, series, format }) {
  const place = useRef();
  const chart = useRef();
  const look = useLook();
  const data = [times, ...series.map(one => (one.bars ? one.values.map(value => value || null) : one.values))];
  useEffect(() => {
    const axis = {
      stroke: colour("quiet"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1 },
    };
    const size = () => ({ width: Math.max(200, place.current.clientWidth), height: 190 });
    chart.current = new uPlot(
      {
        ...size(),
        cursor: { drag: { x: false, y: false } },
        scales: {
          x: { range: (_, first, last) => [first - 40, last + 40] },
          y: { range: (_, __, max) => [0, Math.max((max ?? 0) * 1.1, 1)] },
        },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map(tick => clock.format(new Date(tick * 1000)).replace(/(\d+:\d+):\d+/, "$1")) },
          { ...axis, size: 60, values: (_, ticks) => ticks.map(format) },
        ],
        series: [
          { label: t("Time"), value: (_, at) => (at ? clockTime(at) : "–") },
          ...series.map(one => ({
            label: one.label,
            stroke: colour(one.colour),
            width: one.bars ? 0 : 2,
            fill: one.bars ? colour(one.colour) : undefined,
            paths: one.bars ? uPlot.paths.bars({ size: [0.7, 20] }) : undefined,
            points: { show: false },
            spanGaps: true,
            value: (_, value) => (value === null || value === undefined ? (one.bars ? format(0) : "–") : format(value)),
          })),
        ],
      },
      data,
      place.current,
    );
    const resized = new ResizeObserver(() => chart.current.setSize(size()));
    resized.observe(place.current);
    return () => {
      resized.disconnect();
      chart.current.destroy();
    };
  }, [look]);
  useEffect(() => chart.current.setData(data));
  return html`<figure class="card chart">
    <figcaption>${title}</figcaption>
    <p class="visually-hidden">${summary}</p>
    <div ref=${place} aria-hidden="true"></div>
  </figure>`;
}
