// Values of tasks as what they are: formatted text, images, sound, files.
import { html, t, urlOf, useEffect, useRef, useState } from "./base.js";
import { isFile } from "./form.js";

/** Both libraries are loaded when the first text is shown. */
let libraries;
const loadLibraries = () =>
  (libraries ??= Promise.all([
    import("./vendor/marked-18.2.1/lib/marked.esm.js"),
    import("./vendor/dompurify-3.5.0/dist/purify.es.mjs"),
  ]).then(([{ Marked }, { default: purify }]) => {
    const marked = new Marked({
      gfm: true,
      breaks: true,
      renderer: { checkbox: ({ checked }) => (checked ? "☑ " : "☐ ") },
    });
    return { marked, purify };
  }));

const cleaning = {
  RETURN_DOM_FRAGMENT: true,
  USE_PROFILES: { html: true },
  FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "video", "audio", "source", "picture", "dialog"],
  FORBID_ATTR: ["style", "id", "class", "name", "srcset", "target", "background"],
};

/** Text of a model is not to be trusted: no scripts, no forms, and nothing that is loaded from elsewhere. */
function clean(purify, text) {
  const content = purify.sanitize(text, cleaning);
  for (const link of content.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }

  for (const image of content.querySelectorAll("img")) {
    const source = image.getAttribute("src") ?? "";
    if (source.startsWith("data:image/")) continue;
    const link = document.createElement("a");
    link.textContent = image.alt || source;
    if (/^https?:/i.test(source)) {
      link.href = source;
      link.target = "_blank";
      link.rel = "noopener noreferrer nofollow";
    }

    image.replaceWith(link);
  }

  for (const wide of content.querySelectorAll("table, pre")) {
    const frame = document.createElement("div");
    frame.className = "wide";
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", wide.tagName === "TABLE" ? t("Table") : t("Code"));
    wide.replaceWith(frame);
    frame.append(wide);
  }

  return content;
}

/** Text as Markdown; plain until the libraries are there. */
export function Markdown({ text }) {
  const place = useRef();
  useEffect(() => {
    let isOver = false;
    loadLibraries().then(
      ({ marked, purify }) => !isOver && place.current?.replaceChildren(clean(purify, marked.parse(text))),
      () => {
        if (!isOver && place.current) place.current.textContent = text;
      },
    );
    return () => (isOver = true);
  }, [text]);
  return html`<div class="markdown" ref=${place}></div>`;
}

function Text({ text }) {
  const [isPlain, setPlain] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`<div class="value">
    ${isPlain ? html`<pre class="plain" tabindex="0">${text}</pre>` : html`<${Markdown} text=${text} />`}
    <div class="actions small">
      ${navigator.clipboard && html`<button type="button" class="quiet" onClick=${copy}>${isCopied ? t("Copied") : t("Copy")}</button>`}
      <button type="button" class="quiet" aria-pressed=${isPlain ? "true" : "false"} onClick=${() => setPlain(!isPlain)}>${t("Plain text")}</button>
    </div>
  </div>`;
}

function File({ task, kind, id, name }) {
  const url = urlOf(`tasks/${task.id}/file/${id}`);
  const link = html`<a class="button" href=${url} download>${t("Download")}</a>`;
  if (kind === "Image")
    return html`<figure class="value"><img class="picture" src=${url} alt=${t("{0}, image {1}", name, id)} />${link}</figure>`;
  if (kind === "Audio") return html`<div class="value"><audio controls preload="metadata" src=${url} aria-label=${name}></audio>${link}</div>`;
  if (kind === "Video")
    return html`<div class="value"><video controls preload="metadata" src=${url} aria-label=${name}></video>${link}</div>`;
  return html`<div class="value"><a href=${url} download>${t("File {0}", id)}</a></div>`;
}

function Value({ task, slot, options, value }) {
  if (value === null || value === undefined || value === "") return html`<p class="quiet-text">${t("(nothing)")}</p>`;
  if (Array.isArray(value)) {
    if (value.length === 0) return html`<p class="quiet-text">${t("(nothing)")}</p>`;
    return value.map((item, index) => html`<${Value} key=${index} task=${task} slot=${slot} options=${options} value=${item} />`);
  }

  if (slot && isFile(slot.type) && (typeof value === "number" || /^\d+$/.test(value)))
    return html`<${File} task=${task} kind=${slot.type.replace(/^ListOf(.*)s$/, "$1")} id=${value} name=${slot.name} />`;
  if (typeof value === "string") {
    const chosen = options?.find(option => option.value === value);
    return chosen ? html`<p>${chosen.name}</p>` : html`<${Text} text=${value} />`;
  }

  return typeof value === "object" ? html`<pre class="plain" tabindex="0">${JSON.stringify(value, null, 2)}</pre>` : html`<p>${String(value)}</p>`;
}

/** The values of a task's input or output, by slot. */
export function Values({ task, values, shape, enums }) {
  const entries = Object.entries(values ?? {});
  return entries.map(
    ([key, value]) =>
      html`<section class="slot" key=${key}>
        <h3>${shape[key]?.name ?? key}</h3>
        <${Value} task=${task} slot=${shape[key]} options=${enums?.[key]} value=${value} />
      </section>`,
  );
}
