// The tabs of the admin page about users and refused callers.
import { html, ocs, t, useEffect, useState } from "./base.js";
import { Act, Ago, exact, number, span, Table } from "./admin-parts.js";

const pathOf = user => `admin/users/${encodeURIComponent(user.id)}`;

export function Users({ ask, user: me }) {
  const [found, setFound] = useState();
  const [search, setSearch] = useState("");
  const [problem, setProblem] = useState("");
  const [open, setOpen] = useState(null);
  const read = async () => {
    try {
      setFound(await ocs("GET", `admin/users?search=${encodeURIComponent(search)}`));
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  };
  useEffect(() => {
    const timer = setTimeout(read, found ? 300 : 0);
    return () => clearTimeout(timer);
  }, [search]);
  const add = () =>
    ask({
      title: t("Add a user"),
      text: t("The user can sign in at once."),
      fields: html`
        <label>${t("Login name")} <input name="id" required autocomplete="off" autocapitalize="none" spellcheck="false" /></label>
        <label>${t("Name shown")} <input name="displayName" autocomplete="off" /></label>
        <label>${t("Password")} <input name="password" type="password" required minlength="8" autocomplete="new-password" /></label>
        <label class="check"><input name="isAdmin" type="checkbox" /> ${t("Administrator")}</label>
      `,
      button: t("Add"),
      done: t("The user was added."),
      run: async form => {
        await ocs("POST", "admin/users", {
          id: form.get("id").trim(),
          password: form.get("password"),
          displayName: form.get("displayName").trim() || undefined,
          isAdmin: form.get("isAdmin") === "on",
        });
        await read();
      },
    });
  const remove = user =>
    ask({
      title: t("Remove user {0}?", user.id),
      text: t("All tasks, files and app passwords of this user are removed as well. This cannot be undone."),
      button: t("Remove"),
      destroys: true,
      done: t("User {0} was removed.", user.id),
      run: async () => {
        await ocs("DELETE", pathOf(user));
        await read();
      },
    });
  const setPassword = user =>
    ask({
      title: t("Set the password of {0}", user.id),
      text: t("Sessions of this user end. App passwords stay valid."),
      fields: html`<label>
        ${t("New password")} <input name="password" type="password" required minlength="8" autocomplete="new-password" />
      </label>`,
      button: t("Set the password"),
      done: t("The password of {0} was set.", user.id),
      run: form => ocs("POST", `${pathOf(user)}/password`, { password: form.get("password") }),
    });
  return html`<section class="card" aria-labelledby="users">
      <h2 id="users">${t("Users")} ${found && html`<span class="count">${number(found.count)}</span>`}</h2>
      <div class="actions bottom">
        <label class="search">
          <span class="visually-hidden">${t("Search users")}</span>
          <input type="search" placeholder=${t("Search users")} value=${search} onInput=${event => setSearch(event.target.value)} />
        </label>
        <button type="button" class="main" onClick=${add}>${t("Add a user")}</button>
      </div>
      <p class="problem" role="alert">${problem}</p>
      ${found &&
      html`<${Table}
        caption=${t("Users")}
        rows=${found.users}
        keyOf=${user => user.id}
        empty=${t("No user is called so.")}
        columns=${[
          [t("Login name"), user => user.id],
          [t("Name shown"), user => user.displayName],
          [t("Administrator"), user => (user.isAdmin ? t("yes") : t("no"))],
          [t("Added"), user => exact(user.createdAt)],
          [
            t("Action"),
            user =>
              html`<span class="actions">
                <button
                  type="button"
                  aria-expanded=${open === user.id}
                  aria-label=${`${t("App passwords")}: ${user.id}`}
                  onClick=${() => setOpen(open === user.id ? null : user.id)}
                >
                  ${t("App passwords")}
                </button>
                <${Act} text=${t("Password")} of=${user.id} onClick=${() => setPassword(user)} />
                ${user.id !== me.id &&
                html`<${Act} text=${t("Remove")} of=${user.id} kind="danger" onClick=${() => remove(user)} />`}
              </span>`,
          ],
        ]}
      />`}
      ${found && found.count > found.users.length && html`<p class="quiet-text">${t("Search to see the others.")}</p>`}
    </section>
    ${open && html`<${AppPasswords} key=${open} user=${{ id: open }} ask=${ask} />`}`;
}

function AppPasswords({ user, ask }) {
  const [appPasswords, setAppPasswords] = useState([]);
  const [problem, setProblem] = useState("");
  const read = async () => {
    try {
      setAppPasswords((await ocs("GET", `${pathOf(user)}/app_passwords`)).appPasswords);
    } catch (error) {
      setProblem(error.message);
    }
  };
  useEffect(() => void read(), []);
  const add = () =>
    ask({
      title: t("Make an app password for {0}", user.id),
      text: t("A program that has it acts as this user. It is shown once."),
      fields: html`<label>${t("What it is for")} <input name="name" required maxlength="255" autocomplete="off" /></label>`,
      button: t("Make it"),
      done: t("The app password was made."),
      run: async form => {
        const made = await ocs("POST", `${pathOf(user)}/app_passwords`, { name: form.get("name").trim() });
        await read();
        return made;
      },
      show: ({ appPassword }) =>
        html`<p>${t("Copy it now; it cannot be shown again.")}</p>
          <p><input class="secret" readonly value=${appPassword} aria-label=${t("App password")} onFocus=${event => event.target.select()} /></p>`,
    });
  const revoke = one =>
    ask({
      title: t("Revoke the app password {0}?", one.name),
      text: t("Programs that use it are logged out, and what they hold open ends."),
      button: t("Revoke"),
      destroys: true,
      done: t("The app password {0} was revoked.", one.name),
      run: async () => {
        await ocs("POST", `${pathOf(user)}/app_passwords/revoke`, { name: one.name });
        await read();
      },
    });
  return html`<section class="card" aria-labelledby="app-passwords">
    <h2 id="app-passwords">${t("App passwords of {0}", user.id)}</h2>
    <p class="problem" role="alert">${problem}</p>
    <${Table}
      caption=${t("App passwords of {0}", user.id)}
      rows=${appPasswords}
      keyOf=${one => `${one.name} ${one.createdAt}`}
      empty=${t("There is none.")}
      columns=${[
        [t("What it is for"), one => one.name],
        [t("Made"), one => exact(one.createdAt)],
        [
          t("Action"),
          one =>
            html`<${Act} text=${t("Revoke")} of=${one.name} kind="danger" onClick=${() => revoke(one)} />`,
        ],
      ]}
    />
    <div class="actions top"><button type="button" onClick=${add}>${t("Make an app password")}</button></div>
  </section>`;
}

export function Refused({ overview, ask }) {
  const { at, blocks, rateLimitHits } = overview;
  const lift = block =>
    ask({
      title: t("Lift the block on {0}?", block.address),
      text: t("Its logins are checked again at once, and wrong ones count from the beginning."),
      button: t("Lift it"),
      done: t("The block on {0} was lifted.", block.address),
      run: () => ocs("POST", "admin/blocks/lift", { address: block.address, name: block.name ?? undefined }),
    });
  return html`
    <section class="card" aria-labelledby="blocks">
      <h2 id="blocks">${t("Blocked addresses")}</h2>
      <${Table}
        caption=${t("Blocked addresses")}
        rows=${blocks}
        keyOf=${block => `${block.address} ${block.name}`}
        empty=${t("No address is blocked.")}
        columns=${[
          [t("Address"), block => block.address],
          [t("Guessed name"), block => block.name ?? t("all names")],
          [t("Began"), block => html`<${Ago} at=${block.beganAt} now=${at} />`],
          [t("Ends"), block => t("in {0}", span(block.endsAt - at))],
          [
            t("Action"),
            block =>
              html`<${Act} text=${t("Lift")} of=${block.address} onClick=${() => lift(block)} />`,
          ],
        ]}
      />
    </section>
    <section class="card" aria-labelledby="hits">
      <h2 id="hits">${t("Rate limits that were met in the last hour")}</h2>
      <p class="quiet-text">${t("Each server counts for itself; these are those of the one that answers.")}</p>
      <${Table}
        caption=${t("Rate limits that were met in the last hour")}
        rows=${rateLimitHits}
        keyOf=${hit => `${hit.limit} ${hit.caller}`}
        empty=${t("No caller met a limit.")}
        columns=${[
          [t("Caller"), hit => hit.caller],
          [t("Limit"), hit => (hit.limit === "schedule" ? t("scheduling") : t("fetching"))],
          [t("Refused calls"), hit => number(hit.count), "number"],
          [t("Last"), hit => html`<${Ago} at=${hit.lastAt} now=${at} />`],
        ]}
      />
    </section>
  `;
}
