// The admin page: how the queue is, what is wrong, and what can be done about it.
import { announce, html, ocs, Page, show, t, useEffect, useRef, useState } from "./base.js";
import "./admin-texts.js";
import { Refused, Users } from "./admin-accounts.js";
import { nextcloudProblems, Nextclouds } from "./admin-nextclouds.js";
import { Providers, servingProblems, Webhooks } from "./admin-serving.js";
import { Act, Ago, Chart, clockTime, Confirm, counted, LongText, number, sentence, span, Table } from "./admin-parts.js";

const pollMilliseconds = 3000;

/** So many failed tasks come at once. */
const pageSize = 20;

// ---- The one document that everything shows, read again every few seconds while somebody looks.

function useOverview() {
  const [overview, setOverview] = useState();
  const [problem, setProblem] = useState("");
  const [isLive, setLive] = useState(true);
  const wanted = useRef(0);
  const refresh = async () => {
    const mine = ++wanted.current;
    try {
      const read = await ocs("GET", "admin/overview");
      if (mine !== wanted.current) return;
      setOverview(read);
      setProblem("");
    } catch (error) {
      if (mine === wanted.current) setProblem(error.message);
    }
  };
  useEffect(() => {
    if (!isLive) return undefined;
    let timer;
    let isOver = false;
    const run = async () => {
      clearTimeout(timer);
      if (!document.hidden) await refresh();
      if (!isOver && !document.hidden) timer = setTimeout(run, pollMilliseconds);
    };
    document.addEventListener("visibilitychange", run);
    run();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", run);
    };
  }, [isLive]);
  return { overview, problem, isLive, setLive, refresh };
}

// ---- What is wrong, in words.

const sum = (list, key) => list.reduce((total, one) => total + one[key], 0);

function problemsOf(overview) {
  const { at, queue, running, mostCounted } = overview;
  const problems = [];
  for (const type of queue) {
    const age = type.oldestAt ? at - type.oldestAt : 0;
    if (type.waiting > 0 && type.running === 0 && age > 30)
      problems.push(t("Nobody works on {0}. Waiting: {1}, the oldest for {2}.", type.type, counted(type.waiting, mostCounted), span(age)));
    else if (type.waiting > 0 && age > 600)
      problems.push(t("{0} falls behind. Waiting: {1}, the oldest for {2}.", type.type, counted(type.waiting, mostCounted), span(age)));
    if (type.failed >= 5 && type.failed > type.successful)
      problems.push(t("Most tasks of {0} fail: {1} of {2} in the last hour.", type.type, number(type.failed), number(type.failed + type.successful)));
  }
  for (const task of running.filter(one => one.leaseUntil && one.leaseUntil < at - 5))
    problems.push(t("The worker of task {0} has been silent since its lease ended, {1} ago.", task.id, span(at - task.leaseUntil)));
  return [...problems, ...servingProblems(overview), ...nextcloudProblems(overview)].map(sentence);
}

function Problems({ problems }) {
  return html`<section class="problems" aria-labelledby="problems">
    <h2 id="problems" class="visually-hidden">${t("What is wrong")}</h2>
    ${problems.length === 0
      ? html`<p class="fine">${t("Nothing is wrong.")}</p>`
      : html`<ul>
          ${problems.map(text => html`<li class="alarm" key=${text}>${text}</li>`)}
        </ul>`}
  </section>`;
}

// ---- The queue.

const Tile = ({ name, value, kind }) => html`<div class=${`tile ${kind ?? ""}`}><dt>${name}</dt><dd>${value}</dd></div>`;

function Tiles({ overview }) {
  const { queue, minutes, at, mostCounted } = overview;
  const waiting = sum(queue, "waiting");
  const failed = sum(minutes, "failed");
  const oldest = queue.reduce((age, type) => Math.max(age, type.oldestAt ? at - type.oldestAt : 0), 0);
  const lastMinutes = minutes.slice(-6, -1);
  return html`<dl class="tiles">
    <${Tile} name=${t("Waiting")} value=${counted(waiting, mostCounted)} />
    <${Tile} name=${t("Longest wait now")} value=${waiting ? span(oldest) : "–"} />
    <${Tile} name=${t("Running")} value=${number(sum(queue, "running"))} />
    <${Tile} name=${t("Done a minute")} value=${number(Math.round((sum(lastMinutes, "successful") / 5) * 10) / 10)} />
    <${Tile} name=${t("Done in the last hour")} value=${number(sum(minutes, "successful"))} />
    <${Tile} name=${t("Failed in the last hour")} value=${number(failed)} kind=${failed ? "bad" : ""} />
  </dl>`;
}

function Charts({ minutes }) {
  const times = minutes.map(minute => minute.at);
  const longest = Math.max(0, ...minutes.map(minute => minute.longestWait ?? 0));
  return html`<div class="charts">
    <${Chart}
      title=${t("Ended tasks a minute")}
      summary=${t("The last hour: {0} succeeded, {1} failed, {2} called off.", sum(minutes, "successful"), sum(minutes, "failed"), sum(minutes, "cancelled"))}
      times=${times}
      format=${number}
      series=${[
        { label: t("all"), colour: "good", bars: true, values: minutes.map(one => one.successful + one.failed + one.cancelled) },
        { label: t("failed or called off"), colour: "field", bars: true, values: minutes.map(one => one.failed + one.cancelled) },
        { label: t("failed"), colour: "bad", bars: true, values: minutes.map(one => one.failed) },
      ]}
    />
    <${Chart}
      title=${t("Time from schedule to start")}
      summary=${t("The longest wait of the last hour was {0}.", span(longest))}
      times=${times}
      format=${span}
      series=${[
        { label: t("longest"), colour: "warn", values: minutes.map(one => one.longestWait) },
        { label: t("average"), colour: "accent", values: minutes.map(one => one.averageWait) },
      ]}
    />
  </div>`;
}

const Progress = ({ value }) =>
  value === null
    ? "–"
    : html`<span class="progress"><progress max="1" value=${value} aria-label=${t("Progress")}></progress> ${number(Math.round(value * 100))} %</span>`;

function Queue({ overview, ask }) {
  const { at, queue, minutes, mostCounted, running } = overview;
  const cancel = task =>
    ask({
      title: t("Call task {0} off?", task.id),
      text: t("It ends as cancelled, and what its worker still delivers is thrown away."),
      button: t("Call it off"),
      destroys: true,
      done: t("Task {0} was called off.", task.id),
      run: () => ocs("POST", `admin/tasks/${task.id}/cancel`),
    });
  return html`
    <${Tiles} overview=${overview} />
    <${Charts} minutes=${minutes} />
    <section class="card" aria-labelledby="types">
      <h2 id="types">${t("Queue by task type")}</h2>
      <${Table}
        caption=${t("Queue by task type")}
        rows=${queue}
        keyOf=${type => type.type}
        empty=${t("Nothing waits, runs, or has ended in the last hour.")}
        columns=${[
          [t("Task type"), type => type.type],
          [t("Waiting"), type => counted(type.waiting, mostCounted), "number"],
          [t("Oldest"), type => (type.oldestAt ? span(at - type.oldestAt) : "–"), "number"],
          [t("To be tried again"), type => counted(type.delayed, mostCounted), "number"],
          [t("Running"), type => counted(type.running, mostCounted), "number"],
          [t("Done, last hour"), type => number(type.successful), "number"],
          [t("Failed, last hour"), type => html`<span class=${type.failed ? "problem" : ""}>${number(type.failed)}</span>`, "number"],
          [t("Average wait"), type => span(type.averageWait), "number"],
          [t("Average run"), type => span(type.averageRun), "number"],
        ]}
      />
    </section>
    <section class="card" aria-labelledby="running">
      <h2 id="running">${t("Running tasks")} <span class="count">${number(running.length)}</span></h2>
      <${Table}
        caption=${t("Running tasks")}
        rows=${running}
        keyOf=${task => task.id}
        empty=${t("No task runs.")}
        columns=${[
          [t("Task"), task => task.id, "id"],
          [t("Task type"), task => task.type],
          [t("From"), task => task.party],
          [t("Worker"), task => html`${task.worker || "–"}${task.provider && html`<br /><small>${task.provider}</small>`}`],
          [t("Started"), task => html`<${Ago} at=${task.startedAt} now=${at} />`],
          [t("Progress"), task => html`<${Progress} value=${task.progress} />`],
          [t("Attempt"), task => number(task.attempt), "number"],
          [t("Lease"), task => html`<${Lease} until=${task.leaseUntil} now=${at} />`],
          [
            t("Action"),
            task =>
              html`<${Act} text=${t("Call off")} of=${t("task {0}", task.id)} onClick=${() => cancel(task)} />`,
          ],
        ]}
      />
    </section>
  `;
}

function Lease({ until, now }) {
  if (!until) return "–";
  return until >= now
    ? t("{0} left", span(until - now))
    : html`<span class="problem">${t("over for {0}", span(now - until))}</span>`;
}

// ---- Failed tasks.

function Failed({ overview, ask }) {
  const [older, setOlder] = useState([]);
  const [isEnd, setEnd] = useState(false);
  const newest = overview.failed;
  const known = new Set(newest.map(task => task.id));
  const tasks = [...newest, ...older.filter(task => !known.has(task.id))];
  const more = async () => {
    const { tasks: page } = await ocs("GET", `admin/failed?before=${tasks[tasks.length - 1].id}`);
    setOlder([...older, ...page]);
    setEnd(page.length === 0);
    announce(t("More tasks shown: {0}.", page.length));
  };
  const again = task =>
    ask({
      title: t("Run task {0} again?", task.id),
      text: t("It waits again in its old place, and its attempts count from the beginning."),
      button: t("Run again"),
      done: t("Task {0} waits again.", task.id),
      run: async () => {
        await ocs("POST", `admin/tasks/${task.id}/requeue`);
        setOlder(older.filter(one => one.id !== task.id));
      },
    });
  return html`<section class="card" aria-labelledby="failed">
    <h2 id="failed">${t("Failed tasks")}</h2>
    <${Table}
      caption=${t("Failed tasks")}
      rows=${tasks}
      keyOf=${task => task.id}
      empty=${t("No task has failed.")}
      columns=${[
        [t("Task"), task => task.id, "id"],
        [t("Task type"), task => task.type],
        [t("From"), task => task.party],
        [t("Provider"), task => task.provider ?? "–"],
        [t("Attempts"), task => number(task.attempt), "number"],
        [t("Failed"), task => html`<${Ago} at=${task.endedAt} now=${overview.at} />`],
        [
          t("Error"),
          task =>
            html`<${LongText} text=${task.error ?? t("No reason was given.")} />${task.userError &&
            html`<p class="quiet-text">${t("The user was told:")} ${task.userError}</p>`}`,
          "wide",
        ],
        [
          t("Action"),
          task =>
            html`<${Act} text=${t("Run again")} of=${t("task {0}", task.id)} onClick=${() => again(task)} />`,
        ],
      ]}
    />
    ${tasks.length >= pageSize && !isEnd && html`<button type="button" onClick=${more}>${t("Show older ones")}</button>`}
  </section>`;
}

// ---- The page.

const tabs = {
  queue: { name: () => t("Queue"), content: Queue },
  failed: { name: () => t("Failed"), content: Failed, count: overview => sum(overview.minutes, "failed") },
  providers: { name: () => t("Providers"), content: Providers },
  nextclouds: { name: () => t("Nextclouds"), content: Nextclouds, count: overview => nextcloudProblems(overview).length },
  webhooks: { name: () => t("Webhooks"), content: Webhooks, count: overview => overview.webhooks.failedCount },
  users: { name: () => t("Users"), content: Users },
  refused: { name: () => t("Refused callers"), content: Refused, count: overview => overview.blocks.length },
};

const tabOf = hash => (hash.slice(1) in tabs ? hash.slice(1) : "queue");

function Admin({ user }) {
  if (!user.isAdmin)
    return html`<section class="card narrow">
      <h1>${t("Administration")}</h1>
      <p>${t("This page is for administrators.")}</p>
    </section>`;
  return html`<${Board} user=${user} />`;
}

function Board({ user }) {
  const { overview, problem, isLive, setLive, refresh } = useOverview();
  const [tab, setTab] = useState(tabOf(location.hash));
  const [question, setQuestion] = useState(null);
  const [done, setDone] = useState("");
  useEffect(() => {
    const moved = () => setTab(tabOf(location.hash));
    window.addEventListener("hashchange", moved);
    return () => window.removeEventListener("hashchange", moved);
  }, []);
  const ask = asked => {
    setDone("");
    setQuestion(asked);
  };
  const closed = isDone => {
    setQuestion(null);
    if (!isDone) return;
    setDone(question.done);
    announce(question.done);
    // The server reads at most once a second.
    setTimeout(refresh, 1100);
  };
  const Content = tabs[tab].content;
  return html`
    <div class="admin-head">
      <h1>${t("Administration")}</h1>
      <p class="live">
        ${overview && html`<span>${isLive ? t("Live") : t("Paused")}, ${clockTime(overview.at)}</span>`}
        <button type="button" aria-pressed=${!isLive} onClick=${() => setLive(!isLive)}>${isLive ? t("Pause") : t("Go on")}</button>
      </p>
    </div>
    ${problem && html`<p class="alarm" role="alert">${t("The figures are not current:")} ${problem}</p>`}
    ${overview && html`<${Problems} problems=${problemsOf(overview)} />`}
    ${done && html`<p class="fine">${done}</p>`}
    <nav class="tabs" aria-label=${t("Parts of this page")}>
      ${Object.entries(tabs).map(
        ([key, { name, count }]) =>
          html`<a key=${key} href=${`#${key}`} aria-current=${key === tab ? "page" : undefined}>
            ${name()} ${overview && count?.(overview) > 0 && html`<span class="badge">${number(count(overview))}</span>`}
          </a>`,
      )}
    </nav>
    ${overview
      ? html`<${Content} overview=${overview} ask=${ask} user=${user} />`
      : !problem && html`<p class="quiet-text" aria-busy="true">${t("Loading…")}</p>`}
    ${question && html`<${Confirm} question=${question} onClose=${closed} />`}
  `;
}

document.title = `${t("Administration")} – TaskProcessing`;
show(html`<${Page} current="admin" content=${Admin} />`);
