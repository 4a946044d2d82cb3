// A stand-in for the provider apps llm2 and stt_whisper2: no model, but the same requests in the same order, with the
// same headers and bodies, over Node's standard library. It is configured like any provider app (APP_ID, APP_SECRET,
// APP_VERSION, APP_PORT, NEXTCLOUD_URL) and by
//   STANDIN         llm2 | whisper
//   STANDIN_POLL    milliseconds between polls before the first trigger (5 seconds in the real apps)
//   STANDIN_INIT    comma list of the progress reports after /init; "fail" instead reports an error
// After the first trigger it polls every 300 seconds, as the real apps do. A task whose input holds "hold" is kept for
// ever. What it sees it writes to standard output, one JSON object a line.
import http from 'node:http'

const { APP_ID, APP_SECRET, APP_VERSION, NEXTCLOUD_URL, STANDIN } = process.env
const kind = STANDIN ?? 'llm2'
const idlePoll = Number(process.env.STANDIN_POLL ?? 5000)
const triggeredPoll = 300_000
const agent = new http.Agent({ keepAlive: true })

let enabled = false
let triggered = false
let user = ''
let capabilities = null
let providers = []
let taskTypes = []

const tell = (event, rest = {}) => process.stdout.write(JSON.stringify({ event, ...rest }) + '\n')

// The loop sleeps until its time is over or it is woken; a wake-up that comes before the sleep counts.
let wakeUp = null
let wokenEarly = false
const wake = () => (wakeUp ? wakeUp() : (wokenEarly = true))
const sleep = milliseconds => new Promise(resolve => {
  if (wokenEarly) {
    wokenEarly = false
    return resolve()
  }
  const timer = setTimeout(() => wakeUp(), milliseconds)
  wakeUp = () => {
    clearTimeout(timer)
    wakeUp = null
    resolve()
  }
})

function call(method, path, body) {
  const url = new URL(NEXTCLOUD_URL.replace(/\/$/, '').replace(/\/index\.php$/, '') + path)
  url.searchParams.set('format', 'json')
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    'AA-VERSION': '2.2.0',
    'EX-APP-ID': APP_ID,
    'EX-APP-VERSION': APP_VERSION,
    'AUTHORIZATION-APP-API': Buffer.from(`${user}:${APP_SECRET}`).toString('base64'),
    'OCS-APIRequest': 'true',
    Accept: 'application/json',
  }
  if (text !== undefined) {
    headers['Content-Type'] = 'application/json'
    headers['Content-Length'] = Buffer.byteLength(text)
  }
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent }, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }))
    })
    request.on('error', reject)
    request.end(text)
  })
}

// Like nc_py_api: an HTTP error raises before the body is read, then meta.statuscode decides.
async function ocs(method, path, body) {
  const answer = await call(method, path, body)
  if (answer.status >= 400) throw new Error(`${method} ${path}: HTTP ${answer.status}`)
  if (answer.status === 204) return null
  const { meta, data } = JSON.parse(answer.body.toString()).ocs
  if (meta.status !== 'ok') throw new Error(`${method} ${path}: ${meta.statuscode} ${meta.message}`)
  return data
}

async function readCapabilities() {
  capabilities ??= await ocs('GET', '/ocs/v1.php/cloud/capabilities')
  if (!capabilities.capabilities.app_api) throw new Error('no app_api')
}

async function log(level, message) {
  try {
    if (kind === 'llm2') await readCapabilities()
    await ocs('POST', '/ocs/v1.php/apps/app_api/api/v1/log', { level, message })
  } catch (error) {
    tell('log failed', { error: String(error) })
  }
}

const provider = (id, name, task_type, expected_runtime) => ({
  id, name, task_type, expected_runtime,
  optional_input_shape: [], optional_output_shape: [],
  input_shape_enum_values: {}, input_shape_defaults: {},
  optional_input_shape_enum_values: {}, optional_input_shape_defaults: {},
  output_shape_enum_values: {}, optional_output_shape_enum_values: {},
})

function ownProviders() {
  if (kind === 'whisper') {
    const plain = provider('stt_whisper2:small', 'Local Whisper: small', 'core:audio2text', 120)
    const enhanced = provider('stt_whisper2_enhanced:small', 'Local Whisper with AI reformatting: small', 'core:audio2text', 240)
    return capabilities.version.major >= 34 ? [plain, enhanced] : [plain]
  }
  return ['', ':summary', ':headline', ':topics', ':simplification', ':reformulation', ':improve', ':chat', ':proofread',
    ':changetone', ':chatwithtools', ':reformatparagraphs'].map(end => `core:text2text${end}`).concat('core:contextwrite')
    .map(type => ({
      ...provider(`llm2:tiny:${type}`, 'Local LLM: tiny', type, 30),
      // As llm2 does for the one of its types that has a choice.
      ...(type === 'core:text2text:changetone' ? { input_shape_enum_values: { tone: [{ name: 'Formal', value: 'formal' }, { name: 'Friendly', value: 'friendlier' }] } } : {}),
    }))
}

async function register() {
  await readCapabilities()
  providers = ownProviders()
  taskTypes = [...new Set(providers.map(one => one.task_type))]
  for (const one of providers) {
    await ocs('POST', '/ocs/v1.php/apps/app_api/api/v1/ai_provider/task_processing', { provider: one, customTaskType: null })
  }
}

async function unregister() {
  await readCapabilities()
  for (const { id } of providers) {
    try {
      await ocs('DELETE', `/ocs/v1.php/apps/app_api/api/v1/ai_provider/task_processing?name=${encodeURIComponent(id)}`)
      tell('unregistered', { id })
    } catch (error) {
      tell('not unregistered', { id, error: String(error) })
    }
  }
}

async function initialise() {
  const reports = process.env.STANDIN_INIT ?? (kind === 'whisper' ? '100' : '25,50,75,100')
  for (const report of reports.split(',')) {
    const status = report === 'fail' ? { progress: 50, error: 'Downloading of model.gguf failed' } : { progress: Number(report), error: '' }
    await ocs('PUT', '/ocs/v1.php/apps/app_api/ex-app/status', status)
  }
}

const swallow = promise => promise.catch(error => tell('swallowed', { error: String(error) }))

const next = async () => {
  try {
    return await ocs('GET', '/ocs/v2.php/taskprocessing/tasks_provider/next', {
      providerIds: providers.map(one => one.id),
      taskTypeIds: taskTypes,
    }) ?? {}
  } catch (error) {
    tell('next failed', { error: String(error) })
    return {}
  }
}

const report = (id, output, errorMessage) => swallow(ocs('POST', `/ocs/v2.php/taskprocessing/tasks_provider/${id}/result`, {
  taskId: id, output, errorMessage, userFacingErrorMessage: null,
}))

const progress = (id, percent) => swallow(ocs('POST', `/ocs/v2.php/taskprocessing/tasks_provider/${id}/progress`, {
  taskId: id, progress: percent / 100,
}))

async function generate(task, providerId) {
  const [app, model] = providerId.split(':')
  if (app !== 'llm2' || model !== 'tiny') throw new Error(`unknown model in ${providerId}`)
  const words = String(task.input.input ?? task.input.source_input).split(' ')
  let streaming = task.preferStreaming === true
  const said = []
  for (const word of words) {
    said.push(word.toUpperCase())
    if (streaming) {
      try {
        await ocs('POST', `/ocs/v2.php/taskprocessing/tasks_provider/${task.id}/stream-result`, { output: { output: said.join(' ') } })
        tell('streamed', { id: task.id })
      } catch (error) {
        streaming = false
        tell('streaming off', { error: String(error) })
      }
    }
  }
  await progress(task.id, 100)
  await report(task.id, { output: said.join(' ') }, null)
}

async function transcribe(task, providerId) {
  const file = await call('GET', `/ocs/v2.php/taskprocessing/tasks_provider/${task.id}/file/${task.input.input}`)
  if (file.status >= 400) {
    await log(3, `file ${task.input.input}: ${JSON.stringify(JSON.parse(file.body.toString()))}`)
    return report(task.id, null, `HTTP ${file.status}`)
  }
  let text = file.body.toString()
  for (const percent of [30, 60, 90]) await progress(task.id, percent)
  if (providerId.startsWith('stt_whisper2_enhanced:') && task.userId) text = await reformat(task.userId, text)
  await report(task.id, { output: text }, null)
}

// The app acts as the task's user, and its client keeps that user ever after.
async function reformat(userId, input) {
  user = userId
  capabilities = null
  await readCapabilities()
  const { task } = await ocs('POST', '/ocs/v1.php/taskprocessing/schedule', {
    input: { input }, type: 'core:text2text:reformatparagraphs', appId: APP_ID,
  })
  for (let now = task; ; now = (await ocs('GET', `/ocs/v1.php/taskprocessing/task/${task.id}`)).task) {
    if (now.status === 'STATUS_SUCCESSFUL') return now.output.output
    if (now.status === 'STATUS_FAILED' || now.status === 'STATUS_CANCELLED') throw new Error(now.status)
    await new Promise(resolve => setTimeout(resolve, Math.min(idlePoll, 20)))
  }
}

async function work() {
  for (;;) {
    if (!enabled) {
      await sleep(triggeredPoll)
      continue
    }
    const { task, provider: serving } = await next()
    if (!task) {
      tell('idle')
      await sleep(triggered ? triggeredPoll : idlePoll)
      continue
    }
    tell('claimed', { id: task.id, provider: serving.name, type: task.type })
    if (JSON.stringify(task.input).includes('hold')) await new Promise(() => {})
    try {
      await (kind === 'whisper' ? transcribe(task, serving.id ?? serving.name) : generate(task, serving.name))
    } catch (error) {
      await log(2, String(error))
      await report(task.id, null, String(error))
    }
    tell('finished', { id: task.id })
  }
}

const isServer = headers => headers['ex-app-id'] === APP_ID && headers['ex-app-version'] && headers['aa-version'] &&
  Buffer.from(headers['authorization-app-api'] ?? '', 'base64').toString().split(/:(.*)/s)[1] === APP_SECRET

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const answer = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  tell('called', { method: request.method, path: url.pathname + url.search })
  request.resume()
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /heartbeat':
      return answer(200, { status: 'ok' })
    case 'POST /init':
      if (!isServer(request.headers)) return answer(401, {})
      answer(200, {})
      return swallow(initialise())
    case 'PUT /enabled':
      if (!isServer(request.headers)) return answer(401, {})
      try {
        const turnOn = url.searchParams.get('enabled') === '1'
        await (turnOn ? register() : unregister())
        enabled = turnOn
        wake()
        return answer(200, { error: '' })
      } catch (error) {
        return answer(200, { error: String(error) })
      }
    case 'POST /trigger':
      triggered = true
      wake()
      return answer(200, {})
    default:
      return answer(404, { error: 'Not found' })
  }
})

server.listen(Number(process.env.APP_PORT ?? 0), process.env.APP_HOST ?? '127.0.0.1', async () => {
  tell('listening', { port: server.address().port })
  try {
    enabled = await ocs('GET', '/ocs/v1.php/apps/app_api/ex-app/state') === 1
  } catch (error) {
    tell('state failed', { error: String(error) })
  }
  if (enabled) {
    await readCapabilities()
    providers = ownProviders()
    taskTypes = [...new Set(providers.map(one => one.task_type))]
  }
  tell('started', { enabled })
  work()
})
