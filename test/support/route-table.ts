import type { Context } from '../../src/actions/context.ts'
import { buildApp } from '../../src/api/app.ts'

/** As much of a JSON schema as the tests read. */
export type Schema = {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** One route below /api/v1, its path without that prefix, or below /api/weir/v1 with its full path. */
export type Route = {
  readonly method: string
  readonly path: string
  /** `:name` parts of the path, each with the part before it: `/plans/:code` has `plans`. */
  readonly parents: readonly string[]
  /** The JSON schema of the route's body. */
  readonly body: Schema | null
  /** The names of its query parameters. */
  readonly query: readonly string[]
  /** What it says of each of them. */
  readonly querySchemas: Readonly<Record<string, Schema>>
}

const PREFIX = '/api/v1'
const OWN_PREFIX = '/api/weir/v1'
/** Routes of keys would end the key that the tests use; test/hostile/keys.test.ts has them. */
const KEYS = `${OWN_PREFIX}/api_keys`

/** All registered routes of the API, without the HEAD routes that belong to GET. */
export async function routeTable(context: Context): Promise<Route[]> {
  const app = buildApp(context)
  const routes: Route[] = []
  // The routes register themselves while the app gets ready, so this hook sees all of them.
  app.addHook('onRoute', ({ method, url, schema, config }) => {
    // What only members may call is for test/integration/permissions.test.ts, and what signs them in.
    if (config?.resource === undefined) return
    const isOwn = url.startsWith(OWN_PREFIX) && !url.startsWith(KEYS)
    if (!isOwn && !url.startsWith(PREFIX)) return
    const path = isOwn ? url : url.slice(PREFIX.length)
    for (const one of [method].flat()) {
      if (one === 'HEAD') continue
      const querySchemas = (schema?.querystring as Schema | undefined)?.properties ?? {}
      const query = Object.keys(querySchemas)
      const body = (schema?.body as Schema | undefined) ?? null
      routes.push({ method: one, path, parents: parentsOf(path), body, query, querySchemas })
    }
  })
  await app.ready()
  await app.close()
  return routes
}

function parentsOf(path: string): string[] {
  const parts = path.split('/')
  return parts.flatMap((part, i) => (part.startsWith(':') ? [parts[i - 1] ?? ''] : []))
}

/** The path with what `names` has for each parent in place of the parameters; null when it lacks one. */
export function fill(route: Route, names: Readonly<Record<string, string>>): string | null {
  let at = 0
  let isComplete = true
  const path = route.path.replace(/:[A-Za-z_]+/g, () => {
    const name = names[route.parents[at] ?? '']
    at += 1
    if (name === undefined) isComplete = false
    return encodeURIComponent(name ?? '')
  })
  return isComplete ? path : null
}
