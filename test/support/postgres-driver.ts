// Runs one embedded PostgreSQL for the boot tests, as a program of its own that can be killed.
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { StartProblem } from '../../src/boot/start-problem.ts'

const dataDir = process.argv[2] ?? ''
const asUser = process.argv[3]
if (asUser !== undefined) {
  process.setgroups?.([])
  process.setgid?.(Number(asUser))
  process.setuid?.(Number(asUser))
}
const log = await openLog({ level: 'silent', isTerminal: false })
const began = performance.now()
try {
  const postgres = await startEmbeddedPostgres({ dataDir, log })
  console.log(JSON.stringify({ url: postgres.url, tookMs: Math.round(performance.now() - began) }))
  const rest = setInterval(() => {}, 1000)
  process.once('SIGTERM', async () => {
    await postgres.stop()
    clearInterval(rest)
  })
} catch (error) {
  if (!(error instanceof StartProblem)) throw error
  console.log(JSON.stringify({ problem: error.message }))
  process.exitCode = 1
}
