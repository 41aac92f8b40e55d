// Loaded before everything else into every thread of a simulated server: lets the process die between two statements,
// and lets whoever needs a connection wait for a random moment. Only the tests have such hooks. It is plain JavaScript
// because a thread loads it before it can read TypeScript; the names are those of hook-names.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { BroadcastChannel, threadId } from 'node:worker_threads'
import pg from 'pg'

const JITTER_MAX_MS = 25
const JITTER_SHARE = 0.3

let statementsLeft = Number.POSITIVE_INFINITY
let isSent = false

function die() {
  process.kill(process.pid, 'SIGKILL')
}

const query = pg.Client.prototype.query
pg.Client.prototype.query = function (...args) {
  statementsLeft -= 1
  if (statementsLeft === 0 && !isSent) die()
  const answer = query.apply(this, args)
  // The statement leaves this process at the end of the turn at the latest.
  if (statementsLeft === 0) setImmediate(die)
  return answer
}

/** A number from 0 to 1 that follows from the seed, the thread and how many were drawn. */
let state = null
function chance(seed) {
  state ??= (Math.imul(seed, 0x9e3779b1) + threadId) >>> 0
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 4_294_967_296
}

const connect = pg.Pool.prototype.connect
pg.Pool.prototype.connect = function (...args) {
  const seed = process.env.WEIR_SIMULATION_JITTER
  if (seed === undefined || args.length > 0) return connect.apply(this, args)
  const waitMs = chance(Number(seed)) < JITTER_SHARE ? chance(Number(seed)) * JITTER_MAX_MS : 0
  return sleep(waitMs).then(() => connect.apply(this, []))
}

const channel = new BroadcastChannel('weir-simulation')
channel.unref()
channel.onmessage = ({ data }) => {
  statementsLeft = data.statements
  isSent = data.isSent
}
