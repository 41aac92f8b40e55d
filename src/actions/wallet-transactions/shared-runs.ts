type Waiting<R, A> = {
  readonly request: R
  readonly resolve: (answer: A) => void
  readonly reject: (error: unknown) => void
}

/** Requests per run, so that none waits for a run that grows without end. */
const REQUESTS_MAX = 100

/**
 * Runs requests of one key one run after the other: the first at once, and all that come meanwhile together in the
 * next one. Answers are in the order of the requests.
 */
export class SharedRuns<R, A> {
  private readonly lanes = new Map<string, Waiting<R, A>[]>()

  /** Runs a request, with others of its key if there are any. When a run of several fails, each of them is run alone. */
  join(key: string, request: R, run: (requests: readonly R[]) => Promise<readonly A[]>): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      const waiting = { request, resolve, reject }
      const lane = this.lanes.get(key)
      if (lane) {
        lane.push(waiting)
        return
      }
      const own = [waiting]
      this.lanes.set(key, own)
      void this.drain(key, own, run)
    })
  }

  private async drain(
    key: string,
    lane: Waiting<R, A>[],
    run: (requests: readonly R[]) => Promise<readonly A[]>,
  ): Promise<void> {
    while (lane.length > 0) await runAll(lane.splice(0, REQUESTS_MAX), run)
    this.lanes.delete(key)
  }
}

async function runAll<R, A>(
  batch: readonly Waiting<R, A>[],
  run: (requests: readonly R[]) => Promise<readonly A[]>,
): Promise<void> {
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
