// A dashboard as it would use /api/v1/tasks: axios, an API key, polling, cancelling.
// Usage: node dashboard.mjs BASE KEY PROJECT; prints what it saw as one line of JSON.
import axios from "axios";

const [base, key, project] = process.argv.slice(2);
const api = axios.create({ baseURL: `${base}api/v1/tasks`, headers: { "X-API-Key": key } });
const unwrap = ({ data, status }) => {
  if (data.code !== status) throw new Error(`code ${data.code} in an answer of status ${status}`);
  return data.data;
};

const wanted = unwrap(await api.post("", { task_type: "crawl", project_id: Number(project), params: { depth: 2 } }));
const unwanted = unwrap(await api.post("", { task_type: "index", project_id: Number(project) }));
const cancelled = (await api.post(`/${unwanted.id}/cancel`)).data.message;
const again = await api.post(`/${unwanted.id}/cancel`).catch((error) => error.response.data);

// The worker finishes the task while the dashboard polls; the caller of this script ends it if that never happens.
console.log(JSON.stringify({ wanted: wanted.id }));
let seen;
do {
  await new Promise((resolve) => setTimeout(resolve, 20));
  seen = unwrap(await api.get("", { params: { project_id: project, limit: 20 } }));
} while (seen.find((task) => task.id === wanted.id).status !== "completed");

const detail = unwrap(await api.get(`/${wanted.id}`));
const page = unwrap(await api.get("", { params: { page: 1, page_size: 1, status: "cancelled" } }));
const missing = await api.get("/999999").catch((error) => error.response.data);
console.log(JSON.stringify({ cancelled, again, statuses: seen.map((task) => task.status), detail, page: page.total, missing }));
