import { ApiProblem } from '../api/client.ts'

/** 128 random bits; browsers have `randomUUID` on secure pages only. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Whether it is known what became of a write that failed with this. */
const isAnswered = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 409

/**
 * The keys of writes: whoever sends the same again because no answer came, or a server failed, sends the same key, so
 * that it is done once. What was answered gets a new key the next time.
 */
export class WriteKeys {
  private waiting: { readonly request: string; readonly key: string } | null = null

  /** The key for a request. */
  keyOf(request: string): string {
    if (this.waiting?.request !== request) this.waiting = { request, key: randomKey() }
    return this.waiting.key
  }

  /** Tells what came of the last request; nothing when it was done. */
  ended(error?: unknown): void {
    if (error === undefined || isAnswered(error)) this.waiting = null
  }
}
