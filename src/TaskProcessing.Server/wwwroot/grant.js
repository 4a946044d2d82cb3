// The page that a client's login flow opens: a person signs in and grants the client access, or refuses.
import { html, ocs, show, t, time, Page, useEffect, useRef, useState } from "./base.js";

const path = `login_flow/${encodeURIComponent(location.pathname.split("/").pop())}`;

function Notice({ title, text }) {
  const heading = useRef();
  useEffect(() => heading.current.focus(), [title]);
  return html`<section class="card narrow">
    <h1 ref=${heading} tabindex="-1">${title}</h1>
    <p>${text}</p>
  </section>`;
}

function Grant({ user }) {
  const [flow, setFlow] = useState();
  const [step, setStep] = useState("loading");
  const [problem, setProblem] = useState("");
  const fail = error => (error.status === 404 ? setStep("gone") : setProblem(error.message));
  useEffect(() => {
    ocs("GET", path).then(found => {
      setFlow(found);
      setStep("asking");
    }, fail);
  }, []);
  const answer = (method, next) => async () => {
    setProblem("");
    try {
      await ocs(method, path);
      setStep(next);
    } catch (error) {
      fail(error);
    }
  };
  const alert = html`<p class="problem" role="alert">${problem}</p>`;
  if (step === "granted")
    return html`<${Notice} title=${t("Access granted")} text=${t("The client is signed in. You can close this window.")} />`;
  if (step === "refused")
    return html`<${Notice} title=${t("Access refused")} text=${t("The client was refused. You can close this window.")} />`;
  if (step === "gone")
    return html`<${Notice}
      title=${t("No client waits here")}
      text=${t("Start again in the client: a request is good for 20 minutes, and once.")}
    />`;
  if (!flow) return alert;
  return html`<section class="card narrow">
    <h1>${t("Connect a client")}</h1>
    <p><strong class="client">${flow.client}</strong> ${t("wants to use your account {0}.", user.id)}</p>
    <p>
      ${t("It gets a password of its own, with which it can read and change your tasks and files. You can revoke it at any time.")}
    </p>
    <p class="quiet-text">
      ${t(
        "The request came from {0} at {1}. Go on only if you have just started this yourself.",
        flow.network.replace(/\/32$/, ""),
        time(flow.startedAt),
      )}
    </p>
    ${alert}
    <div class="actions">
      <button type="button" class="main" onClick=${answer("POST", "granted")}>${t("Grant access")}</button>
      <button type="button" onClick=${answer("DELETE", "refused")}>${t("Refuse")}</button>
    </div>
  </section>`;
}

document.title = `${t("Connect a client")} – TaskProcessing`;
show(html`<${Page} signInTitle=${t("Sign in to connect a client")} content=${Grant} />`);
