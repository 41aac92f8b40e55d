// npm run golden [-- --only SEED,SEED] [-- FILE …]
// Plays lives of customers against a fresh server and compares every figure with what the reference system answered.
// test/golden.json lists the files that must agree, what is left out of them, and the differences that are ours on purpose.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, run, withServer } from './server.mjs'

const home = process.env.WEIR_HISTORIES_DIR ?? join(root, '../shared/histories')

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, jobs: { type: 'string', default: '2' }, verbose: { type: 'boolean' } },
})

const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'))

async function main() {
  if (!existsSync(join(home, 'run.mjs'))) {
    console.log(`golden: skipped, there are no histories at ${home}`)
    return
  }
  const golden = await readJson(join(root, 'test/golden.json'))
  const allowed = [...(await readJson(join(home, 'golden/allowed.json'))), ...golden.allowed]
  const files = positionals.length > 0 ? positionals : golden.files
  await withServer(async ({ url, adminKey, folder, log }) => {
    const allow = join(folder, 'allowed.json')
    await writeFile(allow, JSON.stringify(allowed))
    const args = [join(home, 'run.mjs'), '--url', url, '--admin-key', adminKey, '--jobs', options.jobs]
    args.push('--without', golden.without.join(','), '--allow', allow)
    if (options.only) args.push('--only', options.only)
    if (options.verbose) args.push('--verbose')
    for (const file of files) {
      console.log(file)
      if ((await run(process.execPath, [...args, join(home, 'golden', file)])) !== 0) process.exitCode = 1
    }
    if (process.exitCode === 1 && log() !== '') console.log(`the server's log ends:\n${log().slice(-3000)}`)
  })
}

await main()
