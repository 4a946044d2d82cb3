// The tabs of the admin page about providers and webhooks.
import { html, ocs, t } from "./base.js";
import { Act, Ago, counted, LongText, number, sentence, span, Table } from "./admin-parts.js";

/** What is wrong with an app, in words; null when nothing is. */
export function troubleOf(app, now) {
  switch (app.trouble) {
    case "failed":
      return t("App {0} could not be brought up: {1}", app.id, app.reason ?? "");
    case "stuck":
      return t("App {0} does not come up: {1}", app.id, app.reason ?? "");
    case "neverSeen":
      return t("App {0} was never heard of: is it running, and does it know this server's address?", app.id);
    case "silent":
      return t("App {0} has been silent for {1}.", app.id, span(now - app.seenAt));
    case "refused":
      return t("Calls of app {0} are refused: {1}", app.id, app.reason ?? "");
    case "noProvider":
      return t("App {0} has registered no provider, so it gets no tasks.", app.id);
    default:
      return null;
  }
}

/** What is wrong with providers and webhooks. */
export function servingProblems({ at, apps, providers, webhooks }) {
  const problems = apps.map(app => troubleOf(app, at)).filter(text => text);
  const types = new Map();
  for (const provider of providers) types.set(provider.taskType, [...(types.get(provider.taskType) ?? []), provider]);
  for (const [type, ones] of types) {
    if (ones.some(one => one.state === "serving") || ones.every(one => one.state === "disabled")) continue;
    problems.push(t("No provider serves {0} now: {1}.", type, ones.map(one => `${one.name} (${stateOf(one.state)})`).join(", ")));
  }
  if (webhooks.failedCount > 0) problems.push(t("Webhooks that were given up or refused: {0}.", number(webhooks.failedCount)));
  return problems;
}

function stateOf(state) {
  return {
    serving: t("serving"),
    standingBy: t("standing by"),
    silent: t("silent"),
    disabled: t("disabled"),
    notRunning: t("not running"),
    waiting: t("waiting"),
    sending: t("being sent"),
    givenUp: t("given up"),
    refused: t("refused"),
  }[state];
}

const State = ({ state }) =>
  html`<span class=${`state ${["silent", "notRunning", "givenUp", "refused"].includes(state) ? "bad" : state === "serving" ? "good" : ""}`}>
    ${stateOf(state)}
  </span>`;

export function Providers({ overview, ask }) {
  const { at, apps, providers } = overview;
  const setApp = (app, enabled) =>
    ask({
      title: enabled ? t("Let app {0} work?", app.id) : t("Lock app {0} out?", app.id),
      text: enabled
        ? t("It may log in and gets the tasks of its providers.")
        : t("It can no longer log in, and its running tasks are lost when their lease ends. Waiting tasks go on waiting."),
      button: enabled ? t("Let it work") : t("Lock it out"),
      destroys: !enabled,
      done: enabled ? t("App {0} may work.", app.id) : t("App {0} is locked out.", app.id),
      run: () => ocs("POST", `admin/apps/${encodeURIComponent(app.id)}/enabled`, { enabled }),
    });
  const check = app =>
    ask({
      title: t("Check app {0}?", app.id),
      text: t("The server looks at what it knows of the app, and calls it. That may take some seconds."),
      button: t("Check it"),
      done: t("App {0} was checked.", app.id),
      run: () => ocs("POST", `admin/apps/${encodeURIComponent(app.id)}/check`),
      show: ({ findings }) =>
        html`<ul class="findings">
          ${findings.map(finding => html`<li class=${finding.isGood ? "fine" : "alarm"}>${finding.text}</li>`)}
        </ul>`,
    });
  const setProvider = (provider, enabled) =>
    ask({
      title: enabled ? t("Let provider {0} serve?", provider.name) : t("Take provider {0} out of service?", provider.name),
      text: enabled ? t("It gets tasks of {0} again.", provider.taskType) : t("Waiting tasks of {0} go to the next provider.", provider.taskType),
      button: enabled ? t("Let it serve") : t("Take it out"),
      destroys: !enabled,
      done: enabled ? t("Provider {0} may serve.", provider.name) : t("Provider {0} is out of service.", provider.name),
      run: () => ocs("POST", "admin/providers/enabled", { id: provider.id, enabled }),
    });
  return html`
    <section class="card" aria-labelledby="apps">
      <h2 id="apps">${t("Provider apps")}</h2>
      <${Table}
        caption=${t("Provider apps")}
        rows=${apps}
        keyOf=${app => app.id}
        empty=${t("There is no provider app.")}
        columns=${[
          [t("App"), app => html`${app.id} <small>${app.version}</small>`],
          [
            t("State"),
            app => {
              const trouble = troubleOf(app, at);
              return trouble
                ? html`<p class="alarm">${sentence(trouble)}</p>`
                : html`<span class=${`state ${app.enabled ? "good" : ""}`}>${app.enabled ? t("working") : t("disabled")}</span>`;
            },
            "wide",
          ],
          [t("Last seen"), app => html`<${Ago} at=${app.seenAt} now=${at} />`],
          [t("Last asked for tasks"), app => html`<${Ago} at=${app.polledAt} now=${at} />`],
          [t("Providers"), app => number(app.providers), "number"],
          [t("Address"), app => app.url ?? t("none, it only polls")],
          [
            t("Action"),
            app =>
              html`<span class="actions">
                <${Act} text=${t("Check")} of=${app.id} onClick=${() => check(app)} />
                <${Act} text=${app.enabled ? t("Lock out") : t("Let work")} of=${app.id} onClick=${() => setApp(app, !app.enabled)} />
              </span>`,
          ],
        ]}
      />
    </section>
    <section class="card" aria-labelledby="providers">
      <h2 id="providers">${t("Providers")}</h2>
      <${Table}
        caption=${t("Providers")}
        rows=${providers}
        keyOf=${provider => provider.id}
        empty=${t("There is no provider, so no task can be scheduled.")}
        columns=${[
          [t("Provider"), provider => html`${provider.name}<br /><small>${provider.id}</small>`],
          [t("Task type"), provider => provider.taskType],
          [t("From"), provider => provider.source],
          [t("State"), provider => html`<${State} state=${provider.state} />`],
          [t("Last seen"), provider => html`<${Ago} at=${provider.seenAt} now=${at} />`],
          [
            t("Action"),
            provider => {
              const enable = provider.state === "disabled";
              return html`<${Act}
                text=${enable ? t("Let serve") : t("Take out")}
                of=${provider.name}
                onClick=${() => setProvider(provider, enable)}
              />`;
            },
          ],
        ]}
      />
    </section>
  `;
}

export function Webhooks({ overview, ask }) {
  const { at, webhooks, mostCounted } = overview;
  const retry = webhook =>
    ask({
      title: t("Send the webhook of task {0} again?", webhook.taskId),
      text: t("It goes to {0} at once, and is tried again for a day if that fails.", webhook.uri),
      button: t("Send again"),
      done: t("The webhook of task {0} is being sent.", webhook.taskId),
      run: () => ocs("POST", `admin/webhooks/${encodeURIComponent(webhook.id)}/retry`),
    });
  const columns = [
    [t("Task"), webhook => webhook.taskId, "id"],
    [t("Receiver"), webhook => html`<span class="client">${webhook.uri}</span>`, "wide"],
    [t("State"), webhook => html`<${State} state=${webhook.state} />`],
    [t("Task ended"), webhook => html`<${Ago} at=${webhook.createdAt} now=${at} />`],
    [t("Attempts"), webhook => number(webhook.attempts), "number"],
    [t("Next attempt"), webhook => (webhook.nextAttemptAt ? t("in {0}", span(webhook.nextAttemptAt - at)) : "–")],
    [
      t("Last answer"),
      webhook => html`${webhook.lastStatus ?? "–"}${webhook.lastProblem && html`<br /><${LongText} text=${webhook.lastProblem} />`}`,
      "wide",
    ],
    [
      t("Action"),
      webhook =>
        webhook.state !== "sending" &&
        html`<${Act} text=${t("Send again")} of=${t("task {0}", webhook.taskId)} onClick=${() => retry(webhook)} />`,
    ],
  ];
  return html`
    <section class="card" aria-labelledby="failed-webhooks">
      <h2 id="failed-webhooks">${t("Failed webhooks")} <span class="count">${counted(webhooks.failedCount, mostCounted)}</span></h2>
      <${Table}
        caption=${t("Failed webhooks")}
        rows=${webhooks.failed}
        keyOf=${webhook => webhook.id}
        empty=${t("No webhook was given up or refused.")}
        columns=${columns}
      />
    </section>
    <section class="card" aria-labelledby="waiting-webhooks">
      <h2 id="waiting-webhooks">${t("Waiting webhooks")} <span class="count">${counted(webhooks.waitingCount, mostCounted)}</span></h2>
      <${Table}
        caption=${t("Waiting webhooks")}
        rows=${webhooks.waiting}
        keyOf=${webhook => webhook.id}
        empty=${t("No webhook waits.")}
        columns=${columns}
      />
    </section>
  `;
}
