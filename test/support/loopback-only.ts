import net from 'node:net'

// No test reaches an address off the machine: payments, webhooks and registers are servers on loopback. A connection to
// anywhere else fails before a name is even looked up.

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+|0\.0\.0\.0|::)$/

type Target = { readonly host?: unknown; readonly path?: unknown; readonly lookup?: unknown }

/** Where a call of `connect` goes, in any of its forms. */
function targetOf([first, second]: readonly unknown[]): Target {
  if (Array.isArray(first)) return targetOf(first)
  if (typeof first === 'object' && first !== null) return first as Target
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first }
  return { host: typeof second === 'string' ? second : undefined }
}

/** Several files of tests may share a process. */
const IS_GUARDED = Symbol.for('weir.loopback-only')
const { connect } = net.Socket.prototype

function connectOnLoopback(this: net.Socket, ...args: unknown[]) {
  const { host, path, lookup } = targetOf(args)
  // A test that resolves names by itself says where they lead.
  const isOwn = typeof path === 'string' || typeof host !== 'string' || typeof lookup === 'function'
  if (isOwn || LOOPBACK.test(host)) return Reflect.apply(connect, this, args)
  const error = Object.assign(new Error(`a test may not connect to ${host}`), { code: 'ENOTFOUND' })
  process.nextTick(() => this.destroy(error))
  return this
}

if (!(IS_GUARDED in connect)) {
  net.Socket.prototype.connect = Object.assign(connectOnLoopback, { [IS_GUARDED]: true }) as typeof connect
}
