// npm run conformance [-- --done-only] [-- --filter TEXT] [-- --verbose] [-- FILE|FOLDER of cases …]
// Builds Weir, starts it on a free port with an empty data folder and runs the black-box cases against it.
// --answers FOLDER compares the shape of every answer with a record, and --values the values too.
// --done-only runs what test/conformance-done.json lists and fails when any of it fails that is no exception there.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, run, withServer } from './server.mjs'

const home = process.env.WEIR_CONFORMANCE_DIR ?? join(root, '../shared/conformance')

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: 'string' },
    'done-only': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '4' },
    json: { type: 'string' },
    answers: { type: 'string' },
    values: { type: 'boolean', default: false },
  },
})

/** `{ areas: [folder or file below cases/], exceptions: { case id: reason } }`. */
async function readDone() {
  const done = JSON.parse(await readFile(join(root, 'test/conformance-done.json'), 'utf8'))
  const missing = done.areas.filter((area) => !existsSync(join(home, 'cases', area)))
  if (missing.length > 0)
    throw new Error(`test/conformance-done.json names ${missing.join(', ')}, which is not there`)
  return { areas: done.areas, exceptions: done.exceptions ?? {} }
}

/** The runner names a case by its path below the place it was given, so an exception may say the longer path. */
const reasonFor = (exceptions, id) =>
  Object.entries(exceptions).find(([key]) => key === id || key.endsWith(`/${id}`))?.[1]

async function judge(resultsFile, exceptions) {
  const results = JSON.parse(await readFile(resultsFile, 'utf8'))
  const failed = results.filter((one) => !one.passed && !reasonFor(exceptions, one.id))
  const excused = results.filter((one) => !one.passed && reasonFor(exceptions, one.id))
  const needless = results.filter((one) => one.passed && reasonFor(exceptions, one.id))
  for (const one of excused) console.log(`excepted: ${one.id}: ${reasonFor(exceptions, one.id)}`)
  for (const one of needless) console.log(`passes now, take it off the exceptions: ${one.id}`)
  for (const one of failed) console.log(`must pass: ${one.id}`)
  if (failed.length > 0 || needless.length > 0) process.exitCode = 1
}

async function main() {
  const runner = join(home, 'run.mjs')
  if (!existsSync(runner)) {
    console.log(`conformance: skipped, there are no cases at ${home}`)
    return
  }
  const done = options['done-only'] ? await readDone() : null
  if (done && done.areas.length === 0) {
    console.log('conformance: skipped, test/conformance-done.json lists no area yet')
    return
  }
  await withServer(async ({ url, adminKey, folder, log }) => {
    const places = (done?.areas ?? positionals).map((area) =>
      existsSync(join(home, 'cases', area)) ? join(home, 'cases', area) : area,
    )
    const resultsFile = options.json ?? join(folder, 'results.json')
    const args = [runner, '--url', url, '--admin-key', adminKey, '--jobs', options.jobs]
    if (options.filter) args.push('--filter', options.filter)
    if (options.verbose) args.push('--verbose')
    if (options.answers) args.push('--answers', options.answers)
    if (options.values) args.push('--values')
    const code = await run(process.execPath, [...args, '--json', resultsFile, ...places])
    if (done && existsSync(resultsFile)) await judge(resultsFile, done.exceptions)
    else if (code !== 0) process.exitCode = 1
    if (process.exitCode === 1 && log() !== '') console.log(`the server's log ends:\n${log().slice(-3000)}`)
  })
}

await main()
