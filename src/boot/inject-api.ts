import type { Context } from '../actions/context.ts'
import { buildApp } from '../api/app.ts'

export type ApiCall = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<unknown>

/** One organization's API without a port, so that commands use the same code path as client requests. */
export type InjectedApi = { readonly call: ApiCall; readonly close: () => Promise<void> }

/** Opens the API for a key. `call` takes a path under /api/v1 and throws unless the response is a 200. */
export async function injectApi(context: Context, apiKey: string): Promise<InjectedApi> {
  const app = buildApp(context)
  await app.ready()
  const call: ApiCall = async (method, path, body) => {
    const answer = await app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    if (answer.statusCode !== 200) {
      throw new Error(`${method} ${path} answered ${answer.statusCode}: ${answer.body.slice(0, 500)}`)
    }
    return answer.body === '' ? null : answer.json()
  }
  return { call, close: () => app.close() }
}
