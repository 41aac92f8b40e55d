import type { Context } from '../context.ts'

/** Requests per transaction: enough to share a commit, few enough to repeat one by one. */
const TOGETHER_MAX = 50
/** One transaction prepares while another one waits for the disk; more would wait for the locks of these. */
const FLIGHTS_MAX = 2

/**
 * Does some requests of one organization in one transaction. Requests that are missing in the result are done one by
 * one, as are all of them when it throws.
 */
export type DoTogether<Request, Answer> = (
  context: Context,
  organizationId: string,
  requests: readonly Request[],
) => Promise<ReadonlyMap<Request, Answer>>

type Waiting<Request, Answer> = {
  readonly request: Request
  readonly alone: () => Promise<Answer>
  readonly resolve: (answer: Answer | PromiseLike<Answer>) => void
}

type Lane<Request, Answer> = { waiting: Waiting<Request, Answer>[]; flights: number }

/**
 * Lets requests of one organization that arrive at the same time share a transaction (docs/decisions/0018). The request
 * of an organization with nothing in progress is done at once and alone; those that arrive meanwhile are done together.
 */
export class SharedTransactions<Request, Answer> {
  private readonly context: Context
  private readonly doTogether: DoTogether<Request, Answer>
  private readonly lanes = new Map<string, Lane<Request, Answer>>()

  constructor(context: Context, doTogether: DoTogether<Request, Answer>) {
    this.context = context
    this.doTogether = doTogether
  }

  /** Answers a request, possibly together with others; `alone` does it in a transaction of its own. */
  enter(organizationId: string, request: Request, alone: () => Promise<Answer>): Promise<Answer> {
    const lane = this.lanes.get(organizationId) ?? { waiting: [], flights: 0 }
    this.lanes.set(organizationId, lane)
    return new Promise((resolve) => {
      lane.waiting.push({ request, alone, resolve })
      // Include everything that has already arrived in this turn of the event loop.
      if (lane.waiting.length === 1) setImmediate(() => this.start(organizationId, lane))
    })
  }

  private start(organizationId: string, lane: Lane<Request, Answer>): void {
    while (lane.flights < FLIGHTS_MAX && lane.waiting.length > 0) {
      lane.flights += 1
      const taken = lane.waiting.splice(0, TOGETHER_MAX)
      void this.fly(organizationId, taken).finally(() => {
        lane.flights -= 1
        if (lane.flights === 0 && lane.waiting.length === 0) this.lanes.delete(organizationId)
        else this.start(organizationId, lane)
      })
    }
  }

  private async fly(organizationId: string, taken: readonly Waiting<Request, Answer>[]): Promise<void> {
    const [first] = taken
    if (first && taken.length === 1) return answerAlone(first)
    const requests = taken.map(({ request }) => request)
    const done = await this.doTogether(this.context, organizationId, requests).catch((error: unknown) => {
      this.context.log.debug(
        { err: error, organizationId },
        'requests are done one by one instead of together',
      )
      return new Map<Request, Answer>()
    })
    for (const each of taken) {
      const answer = done.get(each.request)
      if (answer === undefined) void answerAlone(each)
      else each.resolve(answer)
    }
  }
}

/** Resolves when the request is done; whether it failed is only its client's concern. */
async function answerAlone<Answer>({ alone, resolve }: Waiting<unknown, Answer>): Promise<void> {
  const done = alone()
  resolve(done)
  await Promise.allSettled([done])
}

/** One `SharedTransactions` for each process, made when it is first asked for. */
export function sharedTransactions<Request, Answer>(
  doTogether: DoTogether<Request, Answer>,
): (context: Context) => SharedTransactions<Request, Answer> {
  const known = new WeakMap<Context, SharedTransactions<Request, Answer>>()
  return (context) => {
    const own = known.get(context) ?? new SharedTransactions(context, doTogether)
    known.set(context, own)
    return own
  }
}
