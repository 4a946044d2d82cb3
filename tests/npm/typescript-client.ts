// A client made from the OpenAPI document: schedules a task, waits for it, prints its output.
import createClient from 'openapi-fetch';
import type { paths } from './generated/ocs.js';

declare const process: { argv: string[] };

const [baseUrl, login, text] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Basic ${btoa(login)}` } });
const common = {
  path: { version: 'v2.php' as const },
  query: { format: 'json' as const },
  header: { 'OCS-APIRequest': 'true' as const },
};

const scheduled = await client.POST('/ocs/{version}/taskprocessing/schedule', {
  params: common,
  body: { type: 'core:text2text:headline', appId: 'typescript', input: { input: text } },
});
if (!scheduled.data) throw new Error(JSON.stringify(scheduled.error));

let task = scheduled.data.ocs.data.task;
while (task.status === 'STATUS_SCHEDULED' || task.status === 'STATUS_RUNNING') {
  const read = await client.GET('/ocs/{version}/taskprocessing/task/{id}', {
    params: { ...common, path: { ...common.path, id: task.id }, query: { ...common.query, wait: 30 } },
  });
  if (!read.data) throw new Error(JSON.stringify(read.error));
  task = read.data.ocs.data.task;
}

console.log(JSON.stringify({ status: task.status, output: task.output }));
