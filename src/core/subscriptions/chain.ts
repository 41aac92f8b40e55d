import type { Instant } from '../calendar/instant.ts'

/** A subscription as far as its place among those with its external id goes. */
export type ChainLink = {
  readonly id: string
  readonly customerId: string
  readonly previousSubscriptionId: string | null
  readonly status: string
  readonly createdAt: Instant
  readonly startedAt: Instant | null
  readonly terminatedAt: Instant | null
  readonly onTerminationInvoice: string
}

/** What an external id means to a customer who asks for a subscription with it. */
export type Chain<T extends ChainLink> = {
  /** The newest one, whosever, whose first payment is awaited. */
  readonly incomplete: T | undefined
  /** The customer's own: active, or pending and following no other one. */
  readonly current: T | undefined
  /** Whether another customer's active subscription has the external id. */
  readonly isTakenByAnother: boolean
  /** The latest termination of the customer's own that was billed: usage before it has been paid. */
  readonly lastBilledTermination: Instant | null
  /** When the first of the customer's own started. */
  readonly firstStartedAt: Instant | null
}

/** The chain of a customer among all subscriptions of the organization with one external id. */
export function chainOf<T extends ChainLink>(links: readonly T[], customerId: string): Chain<T> {
  const own = links.filter((link) => link.customerId === customerId)
  const isCurrent = ({ status, previousSubscriptionId }: T) =>
    status === 'active' || (status === 'pending' && previousSubscriptionId === null)
  const billed = own.filter(
    (link) => link.status === 'terminated' && link.onTerminationInvoice === 'generate',
  )
  return {
    incomplete: links.filter(({ status }) => status === 'incomplete').sort(byNewest)[0],
    current: own.filter(isCurrent).sort(byStart)[0],
    isTakenByAnother: links.some((link) => link.status === 'active' && link.customerId !== customerId),
    lastBilledTermination: extreme(billed, ({ terminatedAt }) => terminatedAt, Math.max),
    firstStartedAt: extreme(own, ({ startedAt }) => startedAt, Math.min),
  }
}

function extreme<T>(
  links: readonly T[],
  instantOf: (link: T) => Instant | null,
  choose: (...instants: number[]) => number,
): Instant | null {
  const instants = links.flatMap((link) => instantOf(link) ?? [])
  return instants.length === 0 ? null : (choose(...instants) as Instant)
}

function byNewest(a: ChainLink, b: ChainLink): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)
}

/** The one that started last comes first, one that has not started at the end. */
function byStart(a: ChainLink, b: ChainLink): number {
  if (a.startedAt === null || b.startedAt === null) {
    return Number(a.startedAt === null) - Number(b.startedAt === null) || (a.id < b.id ? -1 : 1)
  }
  return b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1)
}
