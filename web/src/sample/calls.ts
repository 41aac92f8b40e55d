import { send } from '../api/client.ts'

/** The sample is made by the public API alone. */

const API = '/api/v1'
/** More at once only make the server's connections to its database learn the same statements. */
const AT_ONCE = 3

// biome-ignore lint/suspicious/noExplicitAny: each caller knows its own answer
type Answer = any

export const post = (path: string, body: object): Promise<Answer> => send('POST', `${API}${path}`, body)
export const put = (path: string, body: object): Promise<Answer> => send('PUT', `${API}${path}`, body)
export const get = (path: string): Promise<Answer> => send('GET', `${API}${path}`)
export const putOwn = (path: string, body: object): Promise<Answer> =>
  send('PUT', `/api/weir/v1${path}`, body)
export const postOwn = (path: string, body: object): Promise<Answer> =>
  send('POST', `/api/weir/v1${path}`, body)

/** Runs jobs a few at a time. */
export async function each<T>(
  items: readonly T[],
  run: (item: T, place: number) => Promise<unknown>,
  atOnce = AT_ONCE,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const place = next++
      await run(items[place] as T, place)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

export const moveTo = (atMs: number): Promise<unknown> =>
  put('/test_clock', { test_clock: { now: new Date(atMs).toISOString() } })
