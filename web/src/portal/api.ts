import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { ApiProblem, type Method, send, setCsrfToken } from '../api/client.ts'
import type { PortalSession } from '../api/types.ts'
import { WriteKeys } from './write-key.ts'

const PORTAL = '/api/weir/v1/portal'

/** Nobody is signed in, or the session has ended. */
export const isSignedOut = (error: unknown): boolean => error instanceof ApiProblem && error.status === 401

type Answer = { readonly session: PortalSession }

/** Opens the portal with the token of a link, or with the cookie of a session that goes on. */
export async function openPortal(token: string | null): Promise<PortalSession> {
  const { session } =
    token === null
      ? await send<Answer>('GET', `${PORTAL}/session`)
      : await send<Answer>('POST', `${PORTAL}/session`, { token })
  setCsrfToken(session.csrf_token)
  return session
}

/** Whether the browser has kept the cookie of a session that was just opened; in frames, some keep none. */
export async function keepsCookie(): Promise<boolean> {
  try {
    await send<Answer>('GET', `${PORTAL}/session`)
    return true
  } catch (error) {
    // Any other failure says nothing about cookies, and is told where it comes up again.
    return !isSignedOut(error)
  }
}

let whenOver: () => void = () => undefined

/** Sets what happens when the session has ended while a page was open. */
export function onOver(show: () => void): void {
  whenOver = show
}

/** A request of the portal; `path` is below its API. Writes with the same `key` are done once. */
export async function call<T>(method: Method, path: string, body?: unknown, key?: string): Promise<T> {
  try {
    return await send<T>(method, `${PORTAL}${path}`, body, undefined, key)
  } catch (error) {
    if (isSignedOut(error)) whenOver()
    throw error
  }
}

let version = 0
const listeners = new Set<() => void>()
const subscribe = (listen: () => void): (() => void) => {
  listeners.add(listen)
  return () => listeners.delete(listen)
}

/** Reads everything on screen again, as after a write. */
export function readAgain(): void {
  version += 1
  for (const listen of listeners) listen()
}

// Somebody comes back from the page of a provider, or to a page that was left open.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') readAgain()
})

/** What was read of a path; what there is stays on screen while it is read again. */
export type Read<T> = {
  readonly data: T | undefined
  readonly error: unknown
  readonly retry: () => void
}

/** Reads a path of the portal's API, and reads it again after every write; nothing for null. */
export function useRead<T>(path: string | null): Read<T> {
  const at = useSyncExternalStore(subscribe, () => version)
  const [read, setRead] = useState<{ path: string | null; data?: T; error?: unknown }>({ path })
  // `at` is in the list because a new version is a reason to read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (path === null) return
    let isWanted = true
    call<T>('GET', path).then(
      (data) => isWanted && setRead({ path, data }),
      (error: unknown) => isWanted && setRead({ path, error }),
    )
    return () => {
      isWanted = false
    }
  }, [path, at])
  const isOfPath = read.path === path
  return {
    data: isOfPath ? read.data : undefined,
    error: isOfPath ? read.error : undefined,
    retry: readAgain,
  }
}

/** A write with its state: `run` gives the answer, or undefined when it was refused. */
export function useWrite(): {
  readonly isBusy: boolean
  readonly problem: ApiProblem | null
  readonly run: <T>(method: Method, path: string, body?: unknown) => Promise<T | undefined>
} {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const keys = useRef(new WriteKeys())
  const run = useCallback(async <T>(method: Method, path: string, body?: unknown) => {
    setBusy(true)
    setProblem(null)
    try {
      const key = keys.current.keyOf(`${method} ${path} ${JSON.stringify(body)}`)
      const answer = await call<T>(method, path, body, key)
      keys.current.ended()
      readAgain()
      return answer
    } catch (error) {
      keys.current.ended(error)
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      return undefined
    } finally {
      setBusy(false)
    }
  }, [])
  return { isBusy, problem, run }
}
