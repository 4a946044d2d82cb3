// The user's tasks as this page knows them: read in portions, and kept up to date by one stream of events.
import { ocs, t, urlOf } from "./base.js";

const portion = 30;

/** Statuses on the wire, and what people are told. */
export const statuses = {
  STATUS_SCHEDULED: "Waiting",
  STATUS_RUNNING: "Running",
  STATUS_SUCCESSFUL: "Done",
  STATUS_FAILED: "Failed",
  STATUS_CANCELLED: "Cancelled",
};

export const isActive = task => task.status === "STATUS_SCHEDULED" || task.status === "STATUS_RUNNING";

export const statusText = task =>
  task.status === "STATUS_RUNNING" && task.progress > 0
    ? `${t("Running")}, ${Math.round(task.progress * 100)} %`
    : t(statuses[task.status] ?? task.status);

/** Tells its listeners of each change; tasks are never changed in place. */
export class TaskBook {
  constructor() {
    this.tasks = new Map();
    this.deleted = new Set();
    this.listeners = new Set();
    this.hasMore = false;
    this.isConnected = true;
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(event) {
    for (const listener of this.listeners) listener(event);
  }

  put(task) {
    if (this.deleted.has(task.id)) return;
    const before = this.tasks.get(task.id);
    this.tasks.set(task.id, task);
    this.tell({ task, before });
  }

  remove(id) {
    this.deleted.add(id);
    this.tasks.delete(id);
    this.tell({ removed: id });
  }

  /** Tasks of a filter, the newest first. */
  list({ status, type }) {
    return [...this.tasks.values()]
      .filter(task => (!status || task.status === status) && (!type || task.type === type))
      .sort((left, right) => right.id - left.id);
  }

  /** Reads the next portion of a filter. */
  async readMore(filter, beforeId) {
    const query = new URLSearchParams({ newest: portion });
    if (filter.status) query.set("withStatus", filter.status);
    if (filter.type) query.set("taskType", filter.type);
    if (beforeId) query.set("olderThan", beforeId);
    const { tasks } = await ocs("GET", `tasks?${query}`);
    this.hasMore = tasks.length === portion;
    for (const task of tasks) {
      if (!this.deleted.has(task.id)) this.tasks.set(task.id, task);
    }

    this.tell({});
  }

  async find(id) {
    if (!this.tasks.has(id)) this.put((await ocs("GET", `task/${id}`)).task);
    return this.tasks.get(id);
  }

  async schedule(type, input) {
    const { task } = await ocs("POST", "schedule", { type, input, appId: "assistant", preferStreaming: true });
    // The stream may have been quicker.
    if (!this.tasks.has(task.id)) this.put(task);
    return task.id;
  }

  async cancel(id) {
    this.put((await ocs("POST", `tasks/${id}/cancel`)).task);
  }

  async delete(id) {
    try {
      await ocs("DELETE", `task/${id}`);
    } catch (error) {
      if (error.status !== 404) throw error;
    }

    this.remove(id);
  }

  /** Follows all of the user's tasks; the browser connects again by itself, and the server tells what was missed. */
  follow() {
    const source = new EventSource(urlOf("tasks/events"));
    const on = (name, handle) => source.addEventListener(name, event => handle(JSON.parse(event.data)));
    on("status", ({ task }) => this.put(task));
    on("progress", ({ id, progress }) => this.change(id, task => ({ ...task, progress })));
    on("output", ({ id, mode, output }) => this.change(id, task => ({ ...task, output: merge(task.output, mode, output) })));
    on("deleted", ({ id }) => this.remove(id));
    source.onopen = () => this.setConnected(true);
    source.onerror = () => {
      this.setConnected(false);
      // Closed for good: the session may be over, or the server does not know this stream.
      if (source.readyState === EventSource.CLOSED) this.retry = setTimeout(() => this.reconnect(), 5000);
    };
    this.source = source;
  }

  async reconnect() {
    try {
      await ocs("GET", "tasks?newest=1");
      this.follow();
    } catch (error) {
      if (error.status !== 401) this.retry = setTimeout(() => this.reconnect(), 5000);
    }
  }

  close() {
    clearTimeout(this.retry);
    this.source?.close();
  }

  setConnected(isConnected) {
    if (this.isConnected === isConnected) return;
    this.isConnected = isConnected;
    this.tell({});
  }

  change(id, changed) {
    const task = this.tasks.get(id);
    if (task) this.put(changed(task));
  }
}

/** Output that is streamed: all there is, or what is to be added to the texts. */
function merge(known, mode, output) {
  if (mode !== "append") return output;
  const merged = { ...known };
  for (const [key, value] of Object.entries(output)) {
    merged[key] = typeof value === "string" && typeof merged[key] === "string" ? merged[key] + value : value;
  }

  return merged;
}
