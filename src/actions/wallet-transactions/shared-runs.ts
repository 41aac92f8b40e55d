type Run<R, A> = (requests: readonly R[]) => Promise<readonly A[]>

type Waiting<R, A> = {
  readonly request: R
  readonly resolve: (answer: A) => void
  readonly reject: (error: unknown) => void
}

type Lane<R, A> = { readonly waiting: Waiting<R, A>[]; readonly run: Run<R, A>; isRunning: boolean }

/** The lanes of a group by their keys, in their turns. */
type Group<R, A> = { readonly lanes: Map<string, Lane<R, A>>; running: number; waiting: number }

/** Requests per run, so that none waits for a run that grows without end. */
const REQUESTS_MAX = 100
/** Runs of one group at a time; each takes a connection. */
export const GROUP_RUNS_MAX = 4
/** Requests of one group that may wait. */
export const GROUP_WAITING_MAX = 1000

/** Refused because too many requests of a group wait. */
export class TooManyWaiting extends Error {
  readonly statusCode = 429
  readonly retryAfterSeconds = 1
}

/**
 * Runs requests of one key one run after the other: the first at once, and all that come meanwhile together in the
 * next one. Answers are in the order of the requests. The keys of a group, such as the wallets of an organization, take
 * turns for its runs.
 */
export class SharedRuns<R, A> {
  private readonly groups = new Map<string, Group<R, A>>()

  /**
   * Runs a request, with others of its key if there are any. When a run of several fails, each of them is run alone.
   * Throws `TooManyWaiting` instead of letting requests wait without limit.
   */
  async join(groupId: string, key: string, request: R, run: Run<R, A>): Promise<A> {
    const group = this.groups.get(groupId) ?? { lanes: new Map(), running: 0, waiting: 0 }
    if (group.waiting >= GROUP_WAITING_MAX) throw new TooManyWaiting('too many requests wait for a wallet')
    this.groups.set(groupId, group)
    const lane = group.lanes.get(key) ?? { waiting: [], run, isRunning: false }
    group.lanes.set(key, lane)
    group.waiting += 1
    return new Promise<A>((resolve, reject) => {
      lane.waiting.push({ request, resolve, reject })
      this.startMore(groupId, group)
    })
  }

  private startMore(groupId: string, group: Group<R, A>): void {
    for (const [key, lane] of group.lanes) {
      if (group.running >= GROUP_RUNS_MAX) return
      if (!lane.isRunning) void this.start(groupId, group, key, lane)
    }
  }

  private async start(groupId: string, group: Group<R, A>, key: string, lane: Lane<R, A>): Promise<void> {
    const batch = lane.waiting.splice(0, REQUESTS_MAX)
    lane.isRunning = true
    group.running += 1
    group.waiting -= batch.length
    await runAll(batch, lane.run)
    lane.isRunning = false
    group.running -= 1
    // What still waits gets in line behind the others.
    group.lanes.delete(key)
    if (lane.waiting.length > 0) group.lanes.set(key, lane)
    if (group.lanes.size === 0) this.groups.delete(groupId)
    else this.startMore(groupId, group)
  }
}

/** Never throws: whatever goes wrong is told to the requests. */
async function runAll<R, A>(batch: readonly Waiting<R, A>[], run: Run<R, A>): Promise<void> {
  try {
    const answers = await run(batch.map(({ request }) => request))
    if (answers.length !== batch.length) throw new Error('a run without an answer for each request')
    for (const [place, answer] of answers.entries()) batch[place]?.resolve(answer)
  } catch (error) {
    const [only] = batch
    if (only && batch.length === 1) only.reject(error)
    else for (const each of batch) await runAll([each], run)
  }
}
