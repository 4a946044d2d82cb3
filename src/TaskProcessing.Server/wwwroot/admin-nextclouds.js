// The tab of the admin page about Nextclouds whose tasks are worked on here.
import { html, ocs, t } from "./base.js";
import { Act, Ago, number, sentence, span, Table } from "./admin-parts.js";

/** What is wrong with connections: those that are to work and do not. */
export function nextcloudProblems({ at, nextclouds }) {
  return nextclouds
    .filter(one => one.enabled && one.trouble !== "none" && one.trouble !== "notEnabled")
    .map(one =>
      one.troubleSince
        ? t("Nextcloud {0}, for {1}: {2}", one.id, span(at - one.troubleSince), one.state)
        : t("Nextcloud {0}: {1}", one.id, one.state),
    );
}

const State = ({ connection }) =>
  connection.enabled && connection.trouble !== "none"
    ? html`<p class="alarm">${sentence(connection.state)}</p>`
    : html`<span class=${`state ${connection.state === "ok" ? "good" : ""}`}>${connection.state === "ok" ? t("working") : connection.state}</span>`;

export function Nextclouds({ overview, ask }) {
  const { at, nextclouds } = overview;
  const setEnabled = ({ id }, enabled) =>
    ask({
      title: enabled ? t("Take tasks of Nextcloud {0}?", id) : t("Take no more tasks of Nextcloud {0}?", id),
      text: enabled
        ? t("What is served here is offered there again.")
        : t("What is offered there is withdrawn. Tasks under way are finished."),
      button: enabled ? t("Take tasks") : t("Take no more"),
      destroys: !enabled,
      done: enabled ? t("Tasks of Nextcloud {0} are taken.", id) : t("No more tasks of Nextcloud {0} are taken.", id),
      run: () => ocs("POST", `admin/nextclouds/${encodeURIComponent(id)}/enabled`, { enabled }),
    });
  const check = ({ id }) =>
    ask({
      title: t("Check Nextcloud {0}?", id),
      text: t("The server looks at what it knows of the Nextcloud, and calls it. That may take some seconds."),
      button: t("Check it"),
      done: t("Nextcloud {0} was checked.", id),
      run: () => ocs("POST", `admin/nextclouds/${encodeURIComponent(id)}/check`),
      show: ({ findings }) =>
        html`<ul class="findings">
          ${findings.map(
            ({ isGood, text }) => html`<li class=${isGood ? "fine" : isGood === false ? "alarm" : "client"}>${text}</li>`,
          )}
        </ul>`,
    });
  return html`<section class="card" aria-labelledby="nextclouds">
    <h2 id="nextclouds">${t("Nextclouds")}</h2>
    <${Table}
      caption=${t("Nextclouds")}
      rows=${nextclouds}
      keyOf=${one => one.id}
      empty=${t("No Nextcloud is connected. The command \"taskprocessing nextcloud add\" connects one.")}
      columns=${[
        [t("Nextcloud"), one => html`${one.id} <small>${one.version ?? ""}</small><br /><small class="client">${one.url}</small>`],
        [t("State"), one => html`<${State} connection=${one} />`, "wide"],
        [t("Task types"), one => number(one.types), "number"],
        [t("Waiting"), one => number(one.waiting), "number"],
        [t("Running"), one => number(one.running), "number"],
        [t("Results on their way"), one => number(one.finishing), "number"],
        [t("Last contact"), one => html`<${Ago} at=${one.contactAt} now=${at} />`],
        [
          t("Action"),
          one =>
            html`<span class="actions">
              <${Act} text=${t("Check")} of=${one.id} onClick=${() => check(one)} />
              ${!one.fromSettings &&
              html`<${Act}
                text=${one.enabled ? t("Take no more") : t("Take tasks")}
                of=${one.id}
                onClick=${() => setEnabled(one, !one.enabled)}
              />`}
            </span>`,
        ],
      ]}
    />
  </section>`;
}
