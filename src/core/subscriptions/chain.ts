import type { Instant } from '../calendar/instant.ts'

/** The facts that determine a subscription's place among those with the same external id. */
export type ChainMember = {
  readonly id: string
  readonly customerId: string
  readonly previousSubscriptionId: string | null
  readonly status: string
  readonly createdAt: Instant
  readonly startedAt: Instant | null
  readonly terminatedAt: Instant | null
  readonly onTerminationInvoice: string
}

/** The state of an external id for a customer who requests a subscription with it. */
export type Chain<T extends ChainMember> = {
  /** The newest one, of any customer, that is waiting for its first payment. */
  readonly incomplete: T | undefined
  /** The customer's own: active, or pending without a predecessor. */
  readonly current: T | undefined
  /** Whether another customer's subscription has it: one that is active, or waits for its payment. */
  readonly isTakenByAnother: boolean
  /** The latest billed termination among the customer's own; usage before it has been billed. */
  readonly lastBilledTermination: Instant | null
  /** When the customer's first one started. */
  readonly firstStartedAt: Instant | null
}

/** The chain of a customer among all subscriptions of the organization with one external id. */
export function chainOf<T extends ChainMember>(members: readonly T[], customerId: string): Chain<T> {
  const own = members.filter((member) => member.customerId === customerId)
  const isCurrent = ({ status, previousSubscriptionId }: T) =>
    status === 'active' || (status === 'pending' && previousSubscriptionId === null)
  const billed = own.filter(
    (member) => member.status === 'terminated' && member.onTerminationInvoice === 'generate',
  )
  return {
    incomplete: members.filter(({ status }) => status === 'incomplete').sort(byNewest)[0],
    current: own.filter(isCurrent).sort(byStart)[0],
    isTakenByAnother: members.some(
      ({ status, customerId: owner }) =>
        (status === 'active' || status === 'incomplete') && owner !== customerId,
    ),
    lastBilledTermination: extreme(billed, ({ terminatedAt }) => terminatedAt, Math.max),
    firstStartedAt: extreme(own, ({ startedAt }) => startedAt, Math.min),
  }
}

function extreme<T>(
  members: readonly T[],
  instantOf: (member: T) => Instant | null,
  choose: (...instants: number[]) => number,
): Instant | null {
  const instants = members.flatMap((member) => instantOf(member) ?? [])
  return instants.length === 0 ? null : (choose(...instants) as Instant)
}

function byNewest(a: ChainMember, b: ChainMember): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)
}

/** Latest start first; subscriptions that have not started come last. */
function byStart(a: ChainMember, b: ChainMember): number {
  if (a.startedAt === null || b.startedAt === null) {
    return Number(a.startedAt === null) - Number(b.startedAt === null) || (a.id < b.id ? -1 : 1)
  }
  return b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1)
}
