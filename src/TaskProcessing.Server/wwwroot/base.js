// What all pages share: the rendering library, calls of the API, the language, the look, the frame around a page.
import { html, render, useState, useEffect, useRef } from "./vendor/htm-3.1.1/preact/standalone.mjs";
import { translations } from "./texts.js";

export { html, render, useState, useEffect, useRef };

const root = "/ocs/v2.php/taskprocessing";

// ---- Language and look: the browser's, unless something else was chosen here.

const languages = { en: "English", de: "Deutsch", fr: "Français" };

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing asks again.
  }
}

const preferred = [read("language"), ...navigator.languages].map(code => code?.split("-")[0]).find(code => code in languages);
export const language = preferred ?? "en";
document.documentElement.lang = language;

function showTheme() {
  document.documentElement.dataset.theme = read("theme") ?? "";
}

showTheme();

/** The text in the reader's language; {0}, {1} … are replaced. */
export function t(english, ...values) {
  const text = translations[language]?.[english] ?? english;
  return text.replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
}

const timeFormat = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/** A time in Unix seconds, for people. */
export const time = seconds => (seconds ? timeFormat.format(new Date(seconds * 1000)) : "");

// ---- The API, with the session of the browser.

let requestToken = "";

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Headers that show the server that one of its own pages calls. */
export const headers = () => ({
  "OCS-APIRequest": "true",
  requesttoken: requestToken,
  Accept: "application/json",
  "Accept-Language": language,
});

/** Calls the API and answers `data` of its envelope; a path without a slash in front is one of task processing. */
export async function ocs(method, path, body) {
  const url = path.startsWith("/") ? path : `${root}/${path}`;
  let answer;
  try {
    answer = await fetch(url, {
      method,
      headers: body === undefined ? headers() : { ...headers(), "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, t("The server cannot be reached."));
  }

  const text = await answer.text();
  let content = null;
  try {
    content = JSON.parse(text);
  } catch {
    // Not every failure has an envelope.
  }

  if (answer.ok) return content?.ocs?.data;
  if (answer.status === 401 && !path.startsWith("session")) window.dispatchEvent(new Event("signed-out"));
  const message = content?.ocs?.data?.message || content?.ocs?.meta?.message || content?.message;
  throw new ApiError(answer.status, message || t("The server answered with error {0}.", answer.status));
}

export const urlOf = path => `${root}/${path}`;

/** The signed-in user; null when nobody is. */
export async function findUser() {
  try {
    return remember(await ocs("GET", "session"));
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

export const signIn = async (user, password) => remember(await ocs("POST", "session", { user, password }));

export async function signOut() {
  try {
    await ocs("DELETE", "session");
  } finally {
    location.assign("/");
  }
}

function remember(session) {
  requestToken = session.requestToken ?? "";
  return session;
}

// ---- The frame.

/** A list of two or three choices in the header. */
function Choice({ label, value, options, onChoose }) {
  return html`<select class="choice" aria-label=${label} value=${value} onChange=${event => onChoose(event.target.value)}>
    ${Object.entries(options).map(([key, text]) => html`<option key=${key} value=${key}>${text}</option>`)}
  </select>`;
}

/** The header, the main part and what is announced to screen readers. */
export function Frame({ user, current, children }) {
  const [theme, setTheme] = useState(read("theme") ?? "");
  const chooseTheme = value => {
    write("theme", value);
    showTheme();
    setTheme(value);
  };
  const chooseLanguage = value => {
    write("language", value);
    location.reload();
  };
  const link = (path, name, text) => html`<a href=${path} aria-current=${current === name ? "page" : undefined}>${text}</a>`;
  return html`
    <a class="skip" href="#main">${t("Skip to the content")}</a>
    <header class="bar">
      <a class="brand" href="/"><img src="/assets/logo.svg" alt="" width="28" height="28" /> TaskProcessing</a>
      ${user &&
      html`<nav aria-label=${t("Pages")}>
        ${link("/", "assistant", t("Assistant"))} ${user.isAdmin && link("/admin", "admin", t("Administration"))}
      </nav>`}
      <div class="tools">
        <${Choice} label=${t("Language")} value=${language} options=${languages} onChoose=${chooseLanguage} />
        <${Choice}
          label=${t("Look")}
          value=${theme}
          options=${{ "": t("Automatic"), light: t("Light"), dark: t("Dark") }}
          onChoose=${chooseTheme}
        />
        ${user && html`<span class="user" title=${user.id}>${user.displayName}</span>`}
        ${user?.requestToken && html`<button type="button" class="quiet" onClick=${signOut}>${t("Sign out")}</button>`}
      </div>
    </header>
    <main id="main" tabindex="-1">${children}</main>
    <div id="announcements" class="visually-hidden" role="status" aria-live="polite"></div>
  `;
}

/** Says something to screen readers. */
export function announce(text) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = text;
}

/** The form to sign in with. */
export function SignIn({ title, onSignedIn }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const name = useRef();
  useEffect(() => name.current.focus(), []);
  const send = async event => {
    event.preventDefault();
    const form = event.target;
    setBusy(true);
    setProblem("");
    try {
      onSignedIn(await signIn(form.user.value.trim(), form.password.value));
    } catch (error) {
      setProblem(error.status === 429 ? t("Too many failed attempts. Please try again later.") : t(error.message));
      setBusy(false);
      form.password.select();
    }
  };
  return html`<form class="card narrow" onSubmit=${send}>
    <h1>${title ?? t("Sign in")}</h1>
    <label>${t("Login name")} <input ref=${name} name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required /></label>
    <label>${t("Password")} <input name="password" type="password" autocomplete="current-password" required /></label>
    <p class="problem" role="alert">${problem}</p>
    <button class="main" disabled=${busy}>${busy ? t("Signing in…") : t("Sign in")}</button>
  </form>`;
}

/** A page for users: with nobody signed in it shows the form to sign in. */
export function Page({ current, signInTitle, content }) {
  const [user, setUser] = useState();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    findUser().then(setUser, error => setProblem(error.message));
    const lost = () => setUser(null);
    window.addEventListener("signed-out", lost);
    return () => window.removeEventListener("signed-out", lost);
  }, []);
  let inner = html`<p class="quiet-text" aria-busy="true">${t("Loading…")}</p>`;
  if (problem) inner = html`<p class="problem" role="alert">${problem}</p>`;
  else if (user === null) inner = html`<${SignIn} title=${signInTitle} onSignedIn=${setUser} />`;
  else if (user) inner = html`<${content} user=${user} />`;
  return html`<${Frame} user=${user} current=${current}>${inner}<//>`;
}

/** Shows a page in place of what its HTML says. */
export function show(page) {
  const place = document.getElementById("page");
  place.replaceChildren();
  render(page, place);
}
