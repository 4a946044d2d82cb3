// graphile-worker, as bench/peers/run drives it: lines "COMMAND COUNT" on standard input, a line of JSON as the answer of each.
// Usage: graphile.mjs CONNECTION CONCURRENCY [BATCH]. With a BATCH it takes that many jobs at a time and reports ends together.
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'

const [connectionString, workers, batch] = process.argv.slice(2)
const concurrency = Number(workers)
const text = 'Once upon a time there was a queue in which nothing was lost and nobody waited longer than necessary. '.repeat(3)
const shared = { connectionString, maxPoolSize: concurrency + 2, logger: new Logger(() => () => {}) }
const preset = batch ? { worker: { localQueue: { size: Number(batch) }, completeJobBatchDelay: 10 } } : {}
const utils = await makeWorkerUtils(shared)
await utils.migrate()

let left = 0
let first = 0
let last = 0
let done = () => {}

// The job does nothing but say when.
const job = async () => {
    last = performance.now()
    first ||= last
    if (--left === 0)
        done()
}

const expect = count => {
    left = count
    first = 0
    return new Promise(resolve => { done = resolve })
}

const worker = () => run({ ...shared, preset, concurrency, noHandleSignals: true, taskList: { job } })

const add = () => utils.addJob('job', { text })

const addAll = async count => {
    const caller = async () => {
        while (count-- > 0)
            await add()
    }
    await Promise.all(Array.from({ length: concurrency }, caller))
}

const commands = {
    async enqueue(count) {
        const began = performance.now()
        await addAll(count)
        return [performance.now() - began]
    },
    // From the first job that runs to the last one.
    async work(count) {
        const all = expect(count)
        const runner = await worker()
        await all
        await runner.stop()
        return [last - first]
    },
    // From the first call to the end of the last job, with callers and workers at the same time.
    async both(count) {
        const all = expect(count)
        const runner = await worker()
        const began = performance.now()
        await addAll(count)
        await all
        const seconds = last - began
        await runner.stop()
        return [seconds]
    },
    // From the call to the job, each on an idle worker.
    async wait(count) {
        const runner = await worker()
        await pause(1000)
        const times = []
        for (let round = 0; round < count; round++) {
            const one = expect(1)
            await pause(20)
            const began = performance.now()
            await add()
            await one
            times.push(first - began)
        }
        await runner.stop()
        return times
    },
}

for await (const line of createInterface({ input: process.stdin })) {
    const [command, count] = line.split(' ')
    console.log(JSON.stringify((await commands[command](Number(count))).map(milliseconds => milliseconds / 1000)))
}
await utils.release()
